import CSQLite

/// How much the write-ahead log holds, as SQLite tells after each commit.
final class LogSize {
    var pages = 0
    /// Pages when they were last copied back.
    var copied = 0

    var isEmpty: Bool { pages == 0 }

    func watch(_ connection: Connection) {
        sqlite3_wal_hook(
            connection.handle,
            { log, _, _, pages in
                guard let log else { return SQLITE_OK }
                let size = Unmanaged<LogSize>.fromOpaque(log).takeUnretainedValue()
                // The log began anew.
                if Int(pages) < size.pages { size.copied = 0 }
                size.pages = Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}

extension WriterLoop {
    enum CheckpointMoment {
        /// After a batch: when enough has gathered, and without waiting for readers.
        case whenDue
        /// When nothing is to be written: all of it, and the log file shrinks.
        case whenIdle
    }

    /// Copies the log back into the database. The only place that does, since SQLite before 3.51.3 can corrupt the file when one connection
    /// copies while another writes.
    func checkpoint(_ moment: CheckpointMoment) {
        switch moment {
        case .whenDue:
            guard log.pages - log.copied >= options.checkpointPages else { return }
            sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
            log.copied = log.pages
        case .whenIdle:
            guard log.pages > 0 else { return }
            // Readers come first: whoever still reads an old state is not waited for.
            sqlite3_busy_timeout(connection.handle, 0)
            let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
            sqlite3_busy_timeout(connection.handle, 5000)
            if code == SQLITE_OK { log.pages = 0 }
            log.copied = log.pages
        }
    }
}
