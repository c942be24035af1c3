import Foundation
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import Testing

@testable import Offstage

/// Random definitions, one after another, on tables with rows: both engines accept and refuse the same, keep the same rows and tell the
/// same of themselves, and the file stays whole.
@Suite(.inTurns) struct DefinitionTests {
    static let batches: [Int] = Array(0..<(Dice.isLong ? 60 : 4))
    static let casesPerBatch = 6
    static let length = 40

    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)), arguments: batches)
    func `random definitions leave both engines alike`(_ batch: Int) async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        for number in 0..<Self.casesPerBatch {
            let seed = Dice.seed &+ UInt64(batch * Self.casesPerBatch + number)
            var changes = RandomDefinitions(seed)
            let statements = (0..<Self.length).map { _ in changes.next() } + changes.ending
            let expected = try postgres.answers(
                to: statements, in: database,
                before: "drop schema if exists public cascade; drop schema if exists side cascade; create schema public;")
            let embedded = try await Embedded()
            for (index, (statement, wanted)) in zip(statements, expected).enumerated() {
                let given = await embedded.answer(to: statement)
                guard let difference = Report.difference(given, wanted, ordered: statement.contains("order by")),
                    !Self.namesAnother(given, wanted)
                else { continue }
                Issue.record(
                    "OFFSTAGE_SEED=\(seed) statement \(index)\n\(statements.prefix(index).joined(separator: ";\n"));\n-- differs:\n\(statement);\n\(difference)"
                )
                break
            }
            try await Self.expectWhole(embedded, seed)
        }
    }

    /// Both refuse it, for one of several reasons: which rule, row or view is met first goes by the order in which PostgreSQL made its
    /// objects and rows, and made some of them anew.
    private static func namesAnother(_ given: Answer, _ wanted: Answer) -> Bool {
        guard let given = given.failure, let wanted = wanted.failure else { return false }
        let rules: Set = ["42804", "42883"]
        return given.code == wanted.code && ["23503", "23505", "42804", "0A000"].contains(given.code)
            || rules.contains(given.code) && rules.contains(wanted.code)
    }

    /// The file agrees with the catalogue, the catalogue with its own reading, and SQLite finds nothing wrong.
    private static func expectWhole(_ embedded: Embedded, _ seed: UInt64) async throws {
        let schema = embedded.database.schema
        let problems = try await embedded.database.transaction { database in
            var problems: [String] = []
            for row in try database.rows("pragma integrity_check(5)") where row.first != .text("ok") {
                // A rule that was added without a look at the rows.
                let isOpen = schema.tables.values.contains { table in
                    table.checks.contains { $0.isNotValid }
                        && row.first == .text("CHECK constraint failed in \(StoredName.bare(table.name))")
                }
                if !isOpen { problems.append("\(row)") }
            }
            let open = Set(schema.tables.values.filter { $0.foreignKeys.contains { $0.isNotValid } }.map { StoredName.bare($0.name) })
            for row in try database.rows("select \"table\" from pragma_foreign_key_check limit 5") {
                if case .text(let name)? = row.first, !open.contains(name) { problems.append("\(name) refers to a row that is not there") }
            }
            for table in schema.tables.values {
                let stored = try database.rows(
                    "select sql from sqlite_schema where type = 'table' and name = ?1", [.text(StoredName.bare(table.name))])
                if stored != [[.text(try Definitions(schema).table(table.name))]] { problems.append("\(table.name) is stored otherwise") }
            }
            return problems
        }
        #expect(problems.isEmpty, "OFFSTAGE_SEED=\(seed)")
        var again = try Schema(catalogue: schema.catalogueEntries)
        (again.generation, again.exposed) = (schema.generation, schema.exposed)
        #expect(
            again.tables == schema.tables && again.views == schema.views && again.sequences == schema.sequences, "OFFSTAGE_SEED=\(seed)")
    }
}

/// Definitions that mostly make sense, given those before.
struct RandomDefinitions {
    private struct Made {
        var name: String
        var columns: [String]
        var constraints: [String] = []
        var indexes: [String] = []
    }

    private var dice: Dice
    private var tables: [Made] = []
    private var views: [String] = []
    private var count = 0

    init(_ seed: UInt64) { dice = Dice(seed) }

    private mutating func fresh(_ letter: String) -> String {
        count += 1
        return "\(letter)\(count)"
    }

    private static let types = [
        "integer", "bigint", "text", "varchar(20)", "numeric(8,2)", "boolean", "date", "double precision", "smallint",
    ]

    private static func value(_ type: String, _ dice: inout Dice) -> String {
        if dice.chance(15) { return "null" }
        switch type {
        case "integer", "bigint", "smallint": return dice.pick(["0", "1", "2", "7", "-3"])
        case "text", "varchar(20)": return dice.pick(["'a'", "''", "'é'", "'7'", "'long text'"])
        case "numeric(8,2)": return dice.pick(["0", "1.50", "-2.25", "7"])
        case "boolean": return dice.pick(["true", "false"])
        case "date": return dice.pick(["'2024-02-29'", "'1999-12-31'"])
        default: return dice.pick(["0", "1.5", "-2e3"])
        }
    }

    mutating func next() -> String {
        if tables.count < 2 { return createTable() }
        switch dice.roll(1...24) {
        case 1: return createTable()
        case 2...4: return insert()
        case 5, 6: return addColumn()
        case 23: return "create table \(fresh("t")) as select * from \(dice.pick(tables).name)"
        case 24: return "alter table \(dice.pick(tables).name) set schema public"
        default: return change()
        }
    }

    private mutating func createTable() -> String {
        let name = fresh("t")
        var made = Made(name: name, columns: ["id"])
        var parts = ["id \(dice.pick(["integer", "bigint"])) primary key"]
        for _ in 0..<dice.roll(1...3) {
            let column = fresh("c")
            let type = dice.pick(Self.types)
            var text = "\(column) \(type)"
            if dice.chance(30) { text += " default \(Self.value(type, &dice))" }
            if dice.chance(15) { text += " unique" }
            if dice.chance(15) { text += " check (\(column) is not null or id > 0)" }
            parts.append(text)
            made.columns.append(column)
        }
        if let other = tables.last, dice.chance(40) {
            let column = fresh("c")
            parts.append("\(column) integer references \(other.name) (id) on delete \(dice.pick(["cascade", "set null", "no action"]))")
            made.columns.append(column)
        }
        tables.append(made)
        return "create table \(name) (\(parts.joined(separator: ", ")))"
    }

    private mutating func insert() -> String {
        let table = dice.pick(tables)
        return "insert into \(table.name) (id) values (\(dice.roll(1...9)))"
    }

    private mutating func addColumn() -> String {
        let index = dice.roll(0...tables.count - 1)
        let column = fresh("c")
        let type = dice.pick(Self.types)
        var text = "alter table \(tables[index].name) add column \(column) \(type)"
        if dice.chance(50) { text += " default \(Self.value(type, &dice))" }
        if dice.chance(20) { text += " not null" }
        if dice.chance(15) { text += " unique" }
        tables[index].columns.append(column)
        return text
    }

    private mutating func change() -> String {
        let index = dice.roll(0...tables.count - 1)
        let table = tables[index].name
        let place = dice.roll(0...tables[index].columns.count - 1)
        let column = tables[index].columns[place]
        switch dice.roll(1...16) {
        case 1:
            let new = fresh("c")
            tables[index].columns[place] = new
            return "alter table \(table) rename column \(column) to \(new)"
        case 2:
            let new = fresh("t")
            tables[index].name = new
            return "alter table \(table) rename to \(new)"
        case 3: return "alter table \(table) alter column \(column) \(dice.pick(["set", "drop"])) not null"
        case 4: return "alter table \(table) alter column \(column) type \(dice.pick(["text", "bigint", "integer", "numeric(8,2)"]))"
        case 5: return "alter table \(table) alter column \(column) type text using \(column)::text"
        case 6: return "alter table \(table) alter column \(column) \(dice.pick(["drop default", "set default null"]))"
        case 7:
            tables[index].columns.remove(at: place)
            if tables[index].columns.isEmpty { tables[index].columns = ["id"] }
            return "alter table \(table) drop column \(column)\(dice.chance(60) ? " cascade" : "")"
        case 8:
            let name = fresh("k")
            tables[index].constraints.append(name)
            return "alter table \(table) add constraint \(name) unique (\(column))"
        case 9:
            let name = fresh("k")
            tables[index].constraints.append(name)
            return "alter table \(table) add constraint \(name) check (\(column) is not null)\(dice.chance(40) ? " not valid" : "")"
        case 10:
            guard let name = tables[index].constraints.popLast() else { return "alter table \(table) drop constraint if exists nosuch" }
            return "alter table \(table) drop constraint \(name)\(dice.chance(50) ? " cascade" : "")"
        case 11:
            let name = fresh("i")
            tables[index].indexes.append(name)
            let kind = dice.chance(30) ? "unique index" : "index"
            let filter = dice.chance(30) ? " where \(column) is not null" : ""
            return "create \(kind) \(name) on \(table) (\(column)\(dice.chance(30) ? " desc" : ""))\(filter)"
        case 12:
            guard let name = tables[index].indexes.popLast() else { return "drop index if exists nosuch" }
            return "drop index \(name)"
        case 13:
            let name = fresh("v")
            views.append(name)
            return "create view \(name) as select \(column) as x from \(table) where \(column) is not null"
        case 14:
            guard let name = views.popLast() else { return "drop view if exists nosuch" }
            return "drop view \(name)"
        case 15:
            guard tables.count > 3 else { return insert() }
            tables.remove(at: index)
            return "drop table \(table)\(dice.chance(70) ? " cascade" : "")"
        default:
            let other = dice.pick(tables).name
            let name = fresh("k")
            tables[index].constraints.append(name)
            return "alter table \(table) add constraint \(name) foreign key (\(column)) references \(other) (id) on delete cascade"
        }
    }

    /// What both tell of themselves in the end, and the rows.
    var ending: [String] {
        [
            """
            select table_name::text, column_name::text, ordinal_position > 0, is_nullable::text, data_type::text, \
            character_maximum_length::int, numeric_scale::int from information_schema.columns c where table_schema = 'public' \
            order by table_name, c.ordinal_position
            """,
            """
            select table_name::text, constraint_name::text, constraint_type::text from information_schema.table_constraints \
            where table_schema = 'public' and constraint_name not like '%_not_null' order by table_name, constraint_name
            """,
            "select tablename::text, indexname::text from pg_indexes where schemaname = 'public' order by indexname",
            "select viewname::text from pg_views where schemaname = 'public' order by 1",
            """
            select constraint_name::text, update_rule::text, delete_rule::text from information_schema.referential_constraints \
            where constraint_schema = 'public' order by 1
            """,
        ] + tables.map { "select * from \($0.name) order by 1" }
    }
}
