import CSQLite
import OffstageJSON
import OffstageSchema

/// Rows in their printed form. Source: PostgreSQL 15, chapter 8.16 and `rowtypes.c`.
extension EngineFunction {
    static let rows: [EngineFunction] = [
        // pg_row(row type, values…)
        EngineFunction("pg_row", -1, pure) {
            run($0, $1, $2) { call in
                let types = try call.remembered(0) { (key) throws(SQLError) in try RowType(key) }.types
                call.give(RowText.text(of: (1..<max(call.count, 1)).map { call.value($0) }, types))
            }
        },
        // pg_row_join(row, row): the second one's fields behind the first one's.
        EngineFunction("pg_row_join", 2, pure) {
            strict($0, $1, $2) { call in
                call.give(RowText.text(of: try RowText.items(of: call.bytes(0)) + RowText.items(of: call.bytes(1))))
            }
        },
        // pg_row_field(row, index from 0, the field's type)
        EngineFunction("pg_row_field", 3, pure) {
            strict($0, $1, $2) { call in
                let items = try RowText.items(of: call.bytes(0))
                let index = call.small(1)
                guard items.indices.contains(index), let item = items[index] else { return call.giveNull() }
                try call.give(call.type(2).parse(item, in: ValueContext()))
            }
        },
        EngineFunction("pg_row_is_null", 1, pure) {
            run($0, $1, $2) { call in
                call.give(try call.isNull(0) || RowText.items(of: call.bytes(0)).allSatisfy { $0 == nil })
            }
        },
        EngineFunction("pg_row_is_not_null", 1, pure) {
            run($0, $1, $2) { call in
                call.give(try !call.isNull(0) && RowText.items(of: call.bytes(0)).allSatisfy { $0 != nil })
            }
        },
        // pg_reshape(value, old type, new type): rows that a changed type holds.
        EngineFunction("pg_reshape", 3, pure) {
            strict($0, $1, $2) { call in
                call.give(try Reshape.text(call.text(0), from: call.type(1).type, to: call.type(2).type))
            }
        },
    ]
}

/// The types of a row's fields, read from the row type's key once per statement.
private final class RowType {
    let types: [DataType]

    init(_ key: String) throws(SQLError) {
        guard case .composite(let row) = try ColumnType(named: key).type else { throw SQLError("XX000", "no row type has the key \(key)") }
        types = row.fields.map(\.type.type)
    }
}

/// Stored rows of a type to which attributes were added, or from which some were taken.
private enum Reshape {
    static func text(_ text: String, from old: DataType, to new: DataType) throws(SQLError) -> String {
        switch (old, new) {
        case (.array(let old), .array(let new)):
            let items = try ArrayText.items(of: text).map { (item) throws(SQLError) in
                try item.map { (text) throws(SQLError) in StoredValue.text(try Self.text(text, from: old, to: new)) }
            }
            return ArrayText.text(of: items, element: .text)
        case (.composite(let old), .composite(let new)):
            let items = try RowText.items(of: text)
            // The same fields by other names: one was renamed.
            let isRenamed = old.fields.map(\.type.type) == new.fields.map(\.type.type)
            var values: [String?] = []
            for (place, field) in new.fields.enumerated() {
                let index = isRenamed ? place : old.index(of: field.name)
                guard let index, index < items.count, let item = items[index] else {
                    values.append(nil)
                    continue
                }
                values.append(try Self.text(item, from: old.fields[index].type.type, to: field.type.type))
            }
            return RowText.text(of: values)
        default: return text
        }
    }
}

/// The order of rows: field by field, null above all else.
enum RowOrder {
    static func compare(_ a: String, _ b: String, _ row: Composite) -> Int {
        guard let left = try? RowText.items(of: a), let right = try? RowText.items(of: b) else { return ArrayOrder.textOrder(a, b) }
        for (index, field) in row.fields.enumerated() where index < left.count && index < right.count {
            let result = compare(left[index], right[index], field.type.type)
            if result != 0 { return result }
        }
        return left.count == right.count ? 0 : left.count < right.count ? -1 : 1
    }

    static func compare(_ a: [String?], _ b: [String?], of element: DataType) -> Int {
        for (left, right) in zip(a, b) {
            let result = compare(left, right, element)
            if result != 0 { return result }
        }
        return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
    }

    private static func compare(_ a: String?, _ b: String?, _ type: DataType) -> Int {
        guard let a else { return b == nil ? 0 : 1 }
        guard let b else { return -1 }
        if a == b { return 0 }
        let column = ColumnType(type)
        guard let left = try? column.parse(a, in: ValueContext()), let right = try? column.parse(b, in: ValueContext()) else {
            return ArrayOrder.textOrder(a, b)
        }
        return type.compare(left, right)
    }
}

extension EngineCollation {
    private final class ByType {
        let type: DataType
        init(_ type: DataType) { self.type = type }
    }

    /// `pg_by <type's key>` compares by that type's order: made when SQLite first meets the name.
    static func makeOnDemand(on handle: OpaquePointer) -> Int32 {
        sqlite3_collation_needed(handle, nil) { _, handle, _, name in
            guard let handle, let name, let text = String(validatingCString: name), text.hasPrefix("pg_by "),
                let type = DataType(key: text.dropFirst(6))
            else { return }
            sqlite3_create_collation_v2(
                handle, name, SQLITE_UTF8, Unmanaged.passRetained(ByType(type)).toOpaque(),
                { held, countA, a, countB, b in
                    guard let held else { return 0 }
                    let type = Unmanaged<ByType>.fromOpaque(held).takeUnretainedValue().type
                    func text(_ start: UnsafeRawPointer?, _ count: Int32) -> String {
                        String(decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(count)), as: UTF8.self)
                    }
                    return Int32(clamping: type.compare(.text(text(a, countA)), .text(text(b, countB))))
                },
                { held in if let held { Unmanaged<ByType>.fromOpaque(held).release() } })
        }
    }
}
