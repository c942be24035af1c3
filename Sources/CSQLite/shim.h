#pragma once

#include <sqlite3.h>

// What Swift cannot import: variadic functions, and destructors that are numbers cast to pointers.

/// For the whole process, before its first connection: nobody asks how much memory SQLite has taken, and counting it takes one lock of the
/// process for every piece of memory that is taken or given back.
static inline void offstage_uncounted(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

static inline int offstage_config(sqlite3 *connection, int option, int value) {
    int now = 0;
    int code = sqlite3_db_config(connection, option, value, &now);
    return code != SQLITE_OK ? code : (now == value ? SQLITE_OK : SQLITE_ERROR);
}

/// Binds text and keeps a copy.
static inline int offstage_bind_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, text, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// Binds text that outlives the statement's run.
static inline int offstage_bind_static_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, text, count, SQLITE_STATIC, SQLITE_UTF8);
}

static inline int offstage_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    // A null pointer would bind null, and an empty buffer may have one.
    return count == 0 ? sqlite3_bind_zeroblob(statement, index, 0)
                      : sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

static inline void offstage_result_text(sqlite3_context *context, const char *text, sqlite3_uint64 count) {
    sqlite3_result_text64(context, text ? text : "", count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline void offstage_result_blob(sqlite3_context *context, const void *bytes, sqlite3_uint64 count) {
    if (count == 0) sqlite3_result_zeroblob(context, 0);
    else sqlite3_result_blob64(context, bytes, count, SQLITE_TRANSIENT);
}

/// Switches two of the planner's ways off. The flags are SQLite's own; where a version gives them another meaning a test fails or a plan changes.
///
/// Bloom filters (SQLITE_BloomFilter): one is filled with a whole table before a join, without a look at LIMIT, so that a page of twenty rows with
/// their authors read all authors first (620 against 30 microseconds for 5,000 of them).
///
/// Constants in the place of columns (SQLITE_PropagateConst): from `b = 'x'` other terms learn what b is, and are worked out before any row was
/// found. What a policy compares with would be told to whoever asks `b::int`, by an error over a row that is not there.
static inline void offstage_without_surprises(sqlite3 *connection) {
    sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, connection, 0x00080000 | 0x00008000);
}
