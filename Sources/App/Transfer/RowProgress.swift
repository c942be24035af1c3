/// How far a command is, told once in a while.
struct RowProgress {
    private let tell: DataCommand.Listener
    private var wanted = 0
    private var done = 0

    init(_ tell: @escaping DataCommand.Listener) { self.tell = tell }

    mutating func expect(_ rows: Int) { wanted += rows }

    mutating func step(_ rows: Int = 1) {
        done += rows
        if done % 4096 < rows, wanted > 0 { tell(.progress(min(1, Double(done) / Double(wanted)))) }
    }

    func end() { tell(.progress(1)) }
}
