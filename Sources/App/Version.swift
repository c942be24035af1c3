import OffstageSQLite
import OffstageSyntax

enum Version {
    static let offstage = "0.1.0"

    /// The first line's last word is the version.
    static var text: String { "offstage \(offstage)\nSQLite \(EmbeddedDatabase.engineVersion)\nPostgreSQL's parser \(parserVersion)" }
}
