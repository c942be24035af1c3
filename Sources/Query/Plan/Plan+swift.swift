package import OffstageSchema
import OffstageSyntax

/// A call of a function that the program itself has.
///
/// Two statements stand around it: the first gives the arguments, read by their types and with the defaults of those left out, as one JSON
/// document; the second reads what the function gave as the rows it was declared to give, so that filters, orders and related rows are those
/// of any other function.
package struct SwiftCallPlan: Sendable {
    package var function: Function
    /// A call, too: of what reads the JSON that the function gave.
    package var result: TablePlan
}

extension Planner {
    mutating func swiftCall(_ function: Function, _ given: [String], takesBody: Bool) throws(PlanError) -> CallPlan {
        if request.isFunctionRead, function.mayWrite {
            throw PlanError(
                "25006", "cannot execute function \(function.name.name) in a read-only transaction",
                hint: "Call it by POST, or declare it stable if it only reads.")
        }
        var plan = try arguments(of: function, given, takesBody: takesBody)
        let result = CallPlan(
            read: try rows(of: function, in: Expression(.injected(.payload(0)))), shape: function.answer(in: schema),
            counts: request.preferences.count != nil, writes: false, columns: [Column("", ColumnType(.json))], givesText: false,
            takesBody: true)
        plan.swift = SwiftCallPlan(function: function, result: TablePlan(.call(try filled(result)), relation: relation, role: role))
        return plan
    }

    /// `json_build_object('country', …, 'grams', …)`, or the body by itself for a function that takes it whole.
    private mutating func arguments(of function: Function, _ given: [String], takesBody: Bool) throws(PlanError) -> CallPlan {
        var members: [Call.Argument] = []
        var columns: [Column] = []
        for parameter in function.parameters {
            let type = try asDatabase { () throws(SQLError) in try TypeName(of: parameter.type, foreign: parameter.foreignType) }
            var value: Expression
            if takesBody || parameter.name.map({ given.contains($0) }) == true {
                value = try argument(parameter, at: columns.count)
                columns.append(Column(parameter))
            } else {
                value = parameter.defaultValue ?? Expression(.literal(.null))
            }
            value = Expression(.cast(value, type))
            if !takesBody { members.append(Call.Argument(Expression(.literal(.string(parameter.name ?? ""))))) }
            members.append(Call.Argument(value))
        }
        let alias = freshAlias("arguments")
        let call = Call(Name("pg_catalog", takesBody ? "to_json" : "json_build_object"), members)
        var read = ReadPlan(
            relation, as: alias, source: .call(FunctionSource([Expression(.call(call))], alias: Alias(alias, columns: [Self.scalar]))))
        read.result = [View.Column(Self.scalar, ColumnType(.json))]
        read.fields = [.value(Self.scalar, .column(alias, Self.scalar))]
        var plan = CallPlan(
            read: read, shape: .value, counts: false, writes: false, columns: columns, givesText: request.contentType.givesText,
            takesBody: takesBody)
        plan.variadic = function.variadic
        return plan
    }

    /// `json_to_recordset(…) as shipping(price numeric, days int)`.
    private mutating func rows(of function: Function, in document: Expression) throws(PlanError) -> ReadPlan {
        let (relation, columns, _) = shown(by: function)
        var definitions: [FunctionSource.ColumnDefinition] = []
        for column in columns {
            let type = try asDatabase { () throws(SQLError) in try TypeName(of: column.type, foreign: column.foreignType) }
            definitions.append(FunctionSource.ColumnDefinition(name: column.name, type: type))
        }
        let alias = freshAlias(function.name.name)
        let call = Call(Name("pg_catalog", "json_to_recordset"), [Call.Argument(document)])
        var read = ReadPlan(
            relation, as: alias,
            source: .call(FunctionSource([Expression(.call(call))], alias: Alias(alias), columns: definitions)))
        read.result = columns.map { View.Column($0.name, $0.type) }
        return read
    }
}

extension TypeName {
    /// - Parameter foreign: the name that another database has for it.
    fileprivate init(of type: ColumnType, foreign: String?) throws(SQLError) {
        guard let foreign else {
            self = TypeName(type)
            return
        }
        do throws(SyntaxError) { self = try parseType(foreign) } catch { throw SQLError(error.code, error.message, hint: error.hint) }
    }
}
