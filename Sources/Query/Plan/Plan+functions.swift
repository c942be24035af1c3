package import OffstageSchema
import OffstageSyntax

/// A call of a function: `/rpc/add`.
package struct CallPlan: Sendable {
    /// What the function gives, and so what the answer looks like.
    package enum Shape: Sendable {
        /// A list of objects.
        case rows
        /// One object.
        case row
        /// A list of values.
        case values
        /// A value by itself.
        case value
        case nothing
    }

    package var read: ReadPlan
    package var shape: Shape
    package var counts: Bool
    /// It may write, so it runs where writes do.
    package var writes: Bool
    /// The parameters that the payload gives, as the columns of its one row.
    package var columns: [Column]
    /// The payload's values are text, which the type's input function reads.
    package var givesText: Bool
    /// The one parameter takes the body as it is.
    package var takesBody: Bool
    /// The parameter that takes all values of its name.
    package var variadic: String?
    /// The function is the program's own: the plan is of its arguments, and this is what comes after them.
    package var swift: SwiftCallPlan?
}

extension Planner {
    /// The function that a request means, chosen by the names of the arguments it gives.
    ///
    /// - Throws: PGRST202 for none, PGRST203 for several, 42501 without `execute`.
    mutating func call(_ payload: PayloadShape?) throws(PlanError) -> CallPlan {
        let given = request.isFunctionRead ? request.argumentNames : payload?.columns ?? []
        let (function, takesBody) = try function(given)
        guard schema.allows(role, .execute, on: function.signature) else {
            throw PlanError(.denied("function", function.name.name))
        }
        if function.isSwift { return try swiftCall(function, given, takesBody: takesBody) }
        var arguments: [Call.Argument] = []
        var columns: [Column] = []
        var isVariadic = false
        for parameter in takesBody ? function.parameters : function.parameters(named: given) {
            let value = try argument(parameter, at: columns.count)
            arguments.append(Call.Argument(value, name: takesBody ? nil : parameter.name))
            columns.append(Column(parameter))
            isVariadic = isVariadic || parameter.isVariadic
        }
        let call = Call(Name(function.name.schema, function.name.name), arguments, isVariadic: isVariadic)
        var plan = CallPlan(
            read: try result(of: function, call), shape: function.answer(in: schema), counts: request.preferences.count != nil,
            writes: !request.isFunctionRead && function.mayWrite, columns: columns,
            givesText: request.contentType.givesText, takesBody: takesBody)
        plan.variadic = function.variadic
        return try filled(plan)
    }

    /// What the request wants of the rows or the value that a function gives.
    mutating func filled(_ plan: CallPlan) throws(PlanError) -> CallPlan {
        var plan = plan
        switch plan.shape {
        case .rows, .row: try fill(&plan.read, select: request.select, path: [])
        case .values, .value, .nothing:
            let value = Expression.column(plan.read.alias, Self.scalar)
            plan.read.fields = [.value(Self.scalar, value)]
            plan.read.filter = try filters(for: plan.read, path: [])
        }
        try finish(&plan.read)
        return plan
    }

    /// What a value that is no row is called, as by PostgREST.
    static let scalar = "pgrst_scalar"

    func argument(_ parameter: Function.Parameter, at index: Int) throws(PlanError) -> Expression {
        guard request.isFunctionRead else { return Expression(.injected(.payload(index))) }
        let values = request.arguments.filter { $0.name == parameter.name }.map { Expression(.injected(.value($0.value.position))) }
        // Of one argument given several times the last counts; a variadic one takes them all.
        guard parameter.isVariadic, case .array(let element) = parameter.type.type else {
            return values.last ?? Expression(.literal(.null))
        }
        if let only = values.first, values.count == 1, element != .json, element != .jsonb { return Self.list(only, of: element) }
        return Expression(.array(values.map { Expression(.cast($0, TypeName(ColumnType(element)))) }))
    }

    /// What a variadic parameter is given once: an element, or all of them as `{1,2}`, as clients write a list in a URL.
    private static func list(_ value: Expression, of element: DataType) -> Expression {
        let text = Expression(.cast(value, TypeName(ColumnType(.text))))
        func cut(_ function: String) -> Expression {
            let one = Expression(.literal(.integer(1)))
            return Expression(.call(Call(Name("pg_catalog", function), [Call.Argument(text), Call.Argument(one)])))
        }
        let isList = Expression(.binary("=", Expression(.binary("||", cut("left"), cut("right"))), Expression(.literal(.string("{}")))))
        return Expression(
            .case(
                operand: nil, whens: [.init(isList, then: Expression(.cast(text, TypeName(ColumnType(.array(element))))))],
                otherwise: Expression(.array([Expression(.cast(text, TypeName(ColumnType(element))))]))))
    }

    private mutating func result(of function: Function, _ call: Call) throws(PlanError) -> ReadPlan {
        let alias = freshAlias(function.name.name)
        let (relation, columns, names) = shown(by: function)
        let value = Expression(.call(call))
        var source = FromItem.call(FunctionSource([value], alias: Alias(alias, columns: names)))
        if columns.map(\.type.type) == [.record], names == [Self.scalar] {
            // In `from` it would need to be told the fields, which the function alone knows.
            source = .select(Select(.query(Query([Output(value, as: Self.scalar)]))), Alias(alias), lateral: false)
        }
        var read = ReadPlan(relation, as: alias, source: source)
        read.result = columns.map { View.Column($0.name, $0.type) }
        return read
    }

    /// What the rows of a function are: the relation that they are of, or the function itself, their columns, and the names these must be
    /// given, where there is one that the call's alias would name. A value is the one column of its row.
    func shown(by function: Function) -> (relation: QualifiedName, columns: [Column], names: [String]) {
        if let rows = function.answeredRows(in: schema) {
            let columns = rows.name.flatMap { schema.tables[$0]?.columns } ?? rows.columns.map { Column($0.name, $0.type) }
            let isValue = !function.outputs.isEmpty && columns.count == 1 && rows.name == nil
            return (rows.name ?? function.name, columns, isValue ? [columns[0].name] : [])
        }
        let type: ColumnType =
            switch function.result {
            case .scalar(let type), .set(let type): type
            case .row, .table: ColumnType(.record)
            }
        return (function.name, [Column(Self.scalar, type)], [Self.scalar])
    }

    // MARK: Which function

    private func function(_ given: [String]) throws(PlanError) -> (Function, takesBody: Bool) {
        let overloads = (schema.functions[relation] ?? []).filter { !$0.isTrigger }
        // Of a function that the caller may not call, nothing says which arguments it takes.
        guard overloads.isEmpty || overloads.contains(where: mayCall) else { throw PlanError(.denied("function", relation.name)) }
        var found = overloads.filter { $0.takes(given) }
        var takesBody = false
        if found.isEmpty, !request.isFunctionRead {
            found = overloads.filter { $0.takesBody(request.contentType) }
            takesBody = true
        }
        if let only = found.first, found.count == 1 { return (only, takesBody) }
        found = found.filter(mayCall)
        if let only = found.first, found.count == 1 { return (only, takesBody) }
        guard found.isEmpty else {
            let list = found.map(\.called).sorted().joined(separator: ", ")
            throw PlanError(
                "PGRST203", "Could not choose the best candidate function between: \(list)",
                hint:
                    "Try renaming the parameters or the function itself in the database so function overloading can be resolved")
        }
        throw unknownFunction(given)
    }

    private func mayCall(_ function: Function) -> Bool { schema.allows(role, .execute, on: function.signature) }

    private func unknownFunction(_ given: [String]) -> PlanError {
        let names = given.sorted()
        let list = names.joined(separator: ", ")
        let searched =
            names.isEmpty ? "without parameters" : "with parameter\(names.count == 1 ? "" : "s") \(list)"
        let unnamed: String
        switch request.contentType {
        case _ where request.isFunctionRead: unnamed = ""
        case .text: return unknownFunction(ofBody: "text")
        case .binary: return unknownFunction(ofBody: "bytea")
        case .json: unnamed = " or with a single unnamed json/jsonb parameter"
        case .xml: unnamed = " or with a single unnamed xml parameter"
        default: unnamed = ""
        }
        return PlanError(
            "PGRST202",
            "Could not find the function \(names.isEmpty ? "\(relation) without parameters" : "\(relation)(\(list))") in the schema cache",
            details: .text("Searched for the function \(relation) \(searched)\(unnamed), but no matches were found in the schema cache."),
            hint: perhaps(names).map { "Perhaps you meant to call the function \($0)" })
    }

    /// Of a body that can be nothing but the one argument.
    private func unknownFunction(ofBody type: String) -> PlanError {
        PlanError(
            "PGRST202", "Could not find the function \(relation) in the schema cache",
            details: .text(
                "Searched for the function \(relation) with a single unnamed \(type) parameter, but no matches were found in the schema cache."
            ))
    }

    /// The overload or the function of the nearest name, of those that the caller may call.
    private func perhaps(_ given: [String]) -> String? {
        func mine(_ functions: [Function]) -> [Function] {
            functions.filter { !$0.isTrigger && mayCall($0) }
        }
        let overloads = mine(schema.functions[relation] ?? [])
        if let closest = closestName(to: given.joined(separator: ", "), among: overloads.map(\.parameterList)) {
            return "\(relation)(\(closest))"
        }
        if let only = overloads.first { return "\(relation)(\(only.parameterList))" }
        let others = schema.functions.filter { $0.key.schema == relation.schema && !mine($0.value).isEmpty }.map(\.key.name)
        return closestName(to: relation.name, among: others).map { "\(relation.schema).\($0)" }
    }
}

extension TableRequest {
    /// Each argument of a function read by GET once, in the order of the URL.
    fileprivate var argumentNames: [String] {
        var names: [String] = []
        for argument in arguments where !names.contains(argument.name) { names.append(argument.name) }
        return names
    }
}

extension Column {
    /// A parameter, as a column of the one row that holds the arguments.
    init(_ parameter: Function.Parameter) {
        self.init(parameter.name ?? "", parameter.type)
        foreignType = parameter.foreignType
    }
}

extension Function {
    func answer(in schema: Schema) -> CallPlan.Shape {
        if answeredRows(in: schema) != nil { return givesSet ? .rows : .row }
        return switch result {
        case .scalar(let type): type.type == .void ? .nothing : .value
        case .set(let type): type.type == .void ? .nothing : .values
        case .row(_, let isSet), .table(_, let isSet): isSet ? .rows : .row
        }
    }

    /// All that is given is a parameter's name, and no parameter without a default is left out.
    fileprivate func takes(_ given: [String]) -> Bool {
        given.allSatisfy { name in parameters.contains { $0.name == name } }
            && parameters.allSatisfy { parameter in
                parameter.defaultValue != nil || parameter.name.map { given.contains($0) } == true
            }
    }

    /// Its one parameter has no name and the type of such a body.
    package func takesBody(_ type: PayloadType) -> Bool {
        guard parameters.count == 1, parameters[0].name == nil else { return false }
        // Only PostgreSQL has the type, which is text to us.
        if type == .xml { return parameters[0].foreignType == "xml" }
        return switch (type, parameters[0].type.type) {
        case (.json, .json), (.json, .jsonb), (.text, .text), (.binary, .bytea): true
        default: false
        }
    }

    /// The name of its variadic parameter.
    var variadic: String? { parameters.last.flatMap { $0.isVariadic ? $0.name : nil } }

    fileprivate func parameters(named given: [String]) -> [Parameter] {
        given.compactMap { name in parameters.first { $0.name == name } }
    }

    fileprivate var parameterList: String { parameters.compactMap(\.name).joined(separator: ", ") }

    /// `public.add(a => integer, b => integer)`.
    fileprivate var called: String {
        "\(name)(\(parameters.map { "\($0.name.map { "\($0) => " } ?? "")\($0.type.type.name)" }.joined(separator: ", ")))"
    }
}
