import OffstageAuth
import OffstageSchema

/// What went wrong, in words for the person at the terminal, with a next step.
enum Failure {
    /// Help that was asked for, wrong arguments and plain exit codes: the argument parser shows them itself. Its own error type has no
    /// public name.
    static func isOfTheParser(_ error: any Error) -> Bool { String(reflecting: type(of: error)).hasPrefix("ArgumentParser.") }

    static func text(of error: any Error) -> String {
        switch error {
        case let error as SQLError:
            ["\(error.code): \(error.message)", error.details, error.hint.map { "hint: \($0)" }].compactMap { $0 }.joined(separator: "\n")
        case let error as KeyRingError: "\(error.message)\nhint: \(error.hint)"
        default: "\(error)"
        }
    }
}
