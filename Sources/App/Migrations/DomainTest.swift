import OffstageSQL
import OffstageSQLite
import OffstageSchema

/// Do the rows that tables hold keep a rule their domain is to have? The errors are those PostgreSQL gives on `alter domain`.
struct DomainTest {
    private let domain: QualifiedName
    /// Nil: no null.
    private let check: Check?
    private let schema: Schema

    init(_ domain: QualifiedName, _ check: Check?, in schema: Schema) {
        self.domain = domain
        self.check = check
        self.schema = schema
    }

    func perform(on database: borrowing WriteTransaction) throws(SQLError) {
        for table in schema.tables.values.sorted(by: { $0.name < $1.name }) {
            for column in table.columns where rests(column.type.type) {
                let condition = try Definitions(schema).domainViolation(check, column, of: table)
                let found = try database.rows("SELECT 1 FROM \(StoredName.table(table.name)) WHERE \(condition) LIMIT 1")
                guard !found.isEmpty else { continue }
                let place = "column \"\(column.name)\" of table \"\(table.name.name)\" contains"
                throw check == nil
                    ? SQLError("23502", "\(place) null values") : SQLError("23514", "\(place) values that violate the new constraint")
            }
        }
    }

    /// The domain itself, or one over it.
    private func rests(_ type: DataType) -> Bool {
        var type = type
        while case .domain(let current) = type {
            if QualifiedName(current.schema, current.name) == domain { return true }
            type = current.below.type
        }
        return false
    }
}
