import OffstageSchema
import OffstageSyntax

/// What an order decides beside the order: `distinct on`, `with ties`. Both number the rows in a subquery, which has the keys that the select
/// list has not as columns `o1`, `o2`, ….
extension Translator {
    /// One item of an `order by`.
    struct OrderItem {
        var term: Term
        var key: SortKey
        /// The output it is, if it is one.
        var output: Int?
    }

    /// `fetch first n rows with ties`: the texts of its counts.
    struct Ties {
        var count: String
        var skip: String?
    }

    func requireOrder(_ item: OrderItem) throws(SQLError) {
        if item.term.type.isRow, let type = item.term.type.incomparable { throw .noOrder(type) }
        guard item.term.type != .json else {
            throw SQLError(
                "42883", "could not identify an ordering operator for type json",
                hint: "Use an explicit ordering operator or modify the query.", position: item.key.value.position.byteOffset)
        }
    }

    static func names(_ width: Int) -> String { width == 0 ? "NULL" : (1...width).map { "c\($0)" }.joined(separator: ", ") }

    /// The keys that are no outputs, as columns of their own.
    func hidden(_ order: [OrderItem]) -> [String] {
        order.enumerated().compactMap { $1.output == nil ? "\($1.term.sql) AS o\($0 + 1)" : nil }
    }

    /// The order, as the query around the subquery says it.
    func outside(_ order: [OrderItem]) -> String {
        order.enumerated().map { index, item in
            ordering(item.term.with { $0.sql = item.output.map { "c\($0 + 1)" } ?? "o\(index + 1)" }, item.key)
        }.joined(separator: ", ")
    }

    /// `distinct on`: of the rows with the same keys the first in order.
    ///
    /// - Parameter order: comes back with the keys it lacks, the order in which PostgreSQL finds the groups.
    func firstOfEach(
        _ marks: [OrderItem], _ order: inout [OrderItem], _ list: [String], _ body: String
    ) throws(SQLError) -> String {
        let mismatch = SQLError("42P10", "SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
        var isPast = false
        for item in order {
            if marks.contains(where: { $0.term.sql == item.term.sql }) {
                if isPast { throw mismatch }
            } else {
                isPast = true
            }
        }
        for mark in marks where !order.contains(where: { $0.term.sql == mark.term.sql }) {
            if isPast { throw mismatch }
            try requireOrder(mark)
            order.append(mark)
        }
        let keys = marks.map { $0.term.sql + collating($0.term.type) }.joined(separator: ", ")
        let by = order.map { ordering($0.term, $0.key) }.joined(separator: ", ")
        let number = "row_number() OVER (PARTITION BY \(keys) ORDER BY \(by)) AS \"~first\""
        let inner = "SELECT \((list + hidden(order) + [number]).joined(separator: ", "))\(body)"
        return "SELECT * FROM (\(inner)) WHERE \"~first\" = 1"
    }

    /// The rows up to the last one asked for, and those that the order does not tell from it.
    func ranked(_ source: String, _ ties: Ties, _ order: [OrderItem], width: Int) throws(SQLError) -> String {
        guard !order.isEmpty else { throw SQLError("42601", "WITH TIES cannot be specified without ORDER BY clause") }
        let by = outside(order)
        let numbered =
            "SELECT *, rank() OVER (ORDER BY \(by)) AS \"~rank\", row_number() OVER (ORDER BY \(by)) AS \"~row\" FROM (\(source))"
        let skip = ties.skip ?? "0"
        return
            "SELECT \(Self.names(width)) FROM (\(numbered)) WHERE \"~rank\" <= \(ties.count) + \(skip) AND \"~row\" > \(skip) ORDER BY \"~row\""
    }
}
