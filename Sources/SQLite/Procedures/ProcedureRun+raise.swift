import OffstageSQL
import OffstageSchema
import OffstageSyntax

/// `raise` and `get diagnostics`.
extension ProcedureRun {
    /// A value as its type's output function writes it; nil for null.
    func shown(_ typed: Typed) throws(RunStop) -> String? {
        typed.value.text(as: typed.type.type)
    }

    func raise(_ raise: ProcedureStatement.Raise) throws(RunStop) {
        if raise.isAgain {
            guard let last = caught.last else {
                throw .refused(SQLError("0Z002", "RAISE without parameters cannot be used outside an exception handler"))
            }
            throw .refused(last)
        }
        var code = raise.condition
        var name = raise.conditionName
        var message = try raise.format.map { (format) throws(RunStop) in try filled(format, raise.arguments) }
        var error = SQLError("", "")
        var seen: Set<ProcedureStatement.Raise.Option> = []
        for setting in raise.settings {
            guard let text = try shown(try evaluate(setting.value)) else {
                throw .refused(SQLError("22004", "RAISE statement option cannot be null"))
            }
            let isTaken =
                switch setting.option {
                case .errcode: code != nil
                case .message: message != nil
                default: !seen.insert(setting.option).inserted
                }
            if isTaken {
                throw .refused(SQLError("42601", "RAISE option already specified: \(setting.option.rawValue.uppercased())"))
            }
            switch setting.option {
            case .errcode:
                code = try Self.code(text)
                name = text
            case .message: message = text
            case .detail: error.details = text
            case .hint: error.hint = text
            case .constraint: error.constraint = text
            case .column, .datatype, .table, .schema: break
            }
        }
        // Success is no error: PostgreSQL takes it for no code at all.
        error.code = code.flatMap { $0 == "00000" ? nil : $0 } ?? "P0001"
        error.message = message ?? name ?? error.code
        guard raise.level == .exception else {
            let code = code ?? (raise.level == .warning ? "01000" : "00000")
            connection.session.onNotice?(
                Notice(level: raise.level.rawValue, code: code, message: error.message, details: error.details, hint: error.hint))
            return
        }
        throw .refused(error)
    }

    private static func code(_ text: String) throws(RunStop) -> String {
        let isCode = text.utf8.count == 5 && text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
        if isCode { return text }
        guard let code = ConditionNames.codes(of: text).first else {
            throw .refused(SQLError("42704", "unrecognized exception condition \"\(text)\""))
        }
        return code
    }

    /// `%` stands for the next argument, `%%` for itself.
    private func filled(_ format: String, _ arguments: [BodyFragment]) throws(RunStop) -> String {
        var text: [UInt8] = []
        var rest = format.utf8[...]
        var next = 0
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                text.append(byte)
                continue
            }
            if rest.first == byte {
                rest.removeFirst()
                text.append(byte)
            } else if next < arguments.count {
                text += Array((try shown(try evaluate(arguments[next])) ?? "<NULL>").utf8)
                next += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    // MARK: Diagnostics

    func diagnose(_ list: [ProcedureStatement.Diagnostic], _ isStacked: Bool) throws(RunStop) {
        if isStacked, caught.isEmpty {
            throw .refused(SQLError("0Z002", "GET STACKED DIAGNOSTICS cannot be used outside an exception handler"))
        }
        for diagnostic in list {
            guard diagnostic.item != "row_count" else {
                try assign(Typed(value: .integer(Int64(rowCount)), type: ColumnType(.bigint)), to: diagnostic.target)
                continue
            }
            let text: String =
                switch diagnostic.item {
                case "returned_sqlstate": caught.last?.code ?? ""
                case "message_text": caught.last?.message ?? ""
                case "pg_exception_detail": caught.last?.details ?? ""
                case "pg_exception_hint": caught.last?.hint ?? ""
                case "constraint_name": caught.last?.constraint ?? ""
                case "pg_context", "pg_exception_context": "PL/pgSQL function \(signatureText)"
                default: ""
                }
            try assign(Typed(value: .text(text), type: ColumnType(.text)), to: diagnostic.target)
        }
    }

    private var signatureText: String {
        guard let function = procedure.function else { return "inline_code_block" }
        return "\(function.name.name)(\(function.parameters.map { $0.type.type.name }.joined(separator: ",")))"
    }
}
