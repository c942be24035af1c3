/// A function's body in PL/pgSQL, read: its variables, what names are seen where, and its statements.
///
/// Variables are numbers into `variables`; each piece of SQL in it is a `BodyFragment` with a number of its own, so that whoever runs the
/// body may keep what it prepared by that number. Offsets are bytes into the body's text.
///
/// Source: PostgreSQL 15, chapter 43.
package struct ProcedureBody: Hashable, Sendable {
    /// What a name means that is a variable and a column: `#variable_conflict`.
    package enum Conflict: Hashable, Sendable { case error, useVariable, useColumn }

    package var variables: [Variable] = []
    package var scopes: [NameScope] = []
    package var conflict = Conflict.error
    package var block = Block()
    package var fragmentCount = 0

    /// Some block of it has `exception when …`.
    package var catchesErrors: Bool { variables.contains { if case .caught = $0.kind { true } else { false } } }
}

extension ProcedureBody {
    /// Names of one block, and the block around it.
    package struct NameScope: Hashable, Sendable {
        package var parent: Int?
        /// The block's label; the function's name for its parameters.
        package var label: String?
        package var names: [String: Int] = [:]
    }

    package struct Variable: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case parameter(Int)
            /// An `out` parameter, or a column of `returns table (…)`.
            case result(Int)
            case declared(VariableType)
            /// Of `for i in 1..3`.
            case counter
            case found
            /// `new`, `old`, `tg_op`, …
            case trigger(String)
            /// `sqlstate`, `sqlerrm`.
            case caught(String)
        }

        package var name: String
        package var kind: Kind
        package var isConstant = false
        package var isNotNull = false
        package var initial: BodyFragment?
        package var offset = 0
    }

    package enum VariableType: Hashable, Sendable {
        case named(TypeName)
        /// `x%type`: a column's type, or a variable's.
        case column(Name)
        case variable(Int)
        /// `books%rowtype`
        case row(Name)
        case record
    }

    package struct Block: Hashable, Sendable {
        package var label: String?
        /// Made, and set to their beginnings, each time the block is entered.
        package var declared: [Int] = []
        package var statements: [ProcedureStatement] = []
        package var handlers: [Handler] = []
    }

    package struct Handler: Hashable, Sendable {
        /// SQLSTATEs; one that ends in `000` stands for its class. Nil is `others`.
        package var conditions: [String?]
        package var statements: [ProcedureStatement]
        package var sqlstate: Int
        package var sqlerrm: Int
    }
}

/// A piece of SQL in a body: a whole statement, or an expression as a query of one row.
package struct BodyFragment: Hashable, Sendable {
    package var number: Int
    package var statement: DataStatement
    /// Index of the names it sees.
    package var scope: Int
    package var text: String
    package var offset: Int
}

extension ProcedureBody {
    /// The body of a function in SQL: its parameters' names, and its statements as pieces.
    ///
    /// Nil where one of the statements is not over rows.
    package static func sql(
        _ name: String, parameters: [String?], _ statements: [Statement]
    ) -> (body: ProcedureBody, fragments: [BodyFragment])? {
        var body = ProcedureBody()
        // As in PostgreSQL: a column counts before a parameter of its name.
        body.conflict = .useColumn
        var scope = NameScope(label: name)
        for (index, parameter) in parameters.enumerated() {
            body.variables.append(Variable(name: parameter ?? "$\(index + 1)", kind: .parameter(index)))
            if let parameter { scope.names[parameter] = index }
            scope.names["$\(index + 1)"] = index
        }
        body.scopes = [scope]
        var fragments: [BodyFragment] = []
        for statement in statements {
            guard case .data(let data) = statement.kind else { return nil }
            fragments.append(
                BodyFragment(
                    number: fragments.count, statement: data, scope: 0, text: statement.source, offset: Int(statement.position.offset)))
        }
        return (body, fragments)
    }
}

/// What is assigned to: a variable, a field of it, an element of either.
package struct ProcedureTarget: Hashable, Sendable {
    package enum Step: Hashable, Sendable {
        case field(String)
        case element(BodyFragment)
    }

    package var variable: Int
    package var steps: [Step] = []
    package var name: String
    package var offset: Int

    /// The whole of a variable.
    package static func variable(_ variable: Int, _ name: String) -> ProcedureTarget {
        ProcedureTarget(variable: variable, name: name, offset: 0)
    }
}

package struct ProcedureStatement: Hashable, Sendable {
    package var kind: Kind
    package var offset: Int

    package struct Branch: Hashable, Sendable {
        package var conditions: [BodyFragment]
        package var statements: [ProcedureStatement]
    }

    package struct Loop: Hashable, Sendable {
        package var label: String?
        package var statements: [ProcedureStatement] = []
    }

    package struct Into: Hashable, Sendable {
        package var targets: [ProcedureTarget]
        package var isStrict: Bool
    }

    /// Rows to go through or to return.
    package enum Source: Hashable, Sendable {
        case statement(BodyFragment)
        /// `execute 'text' using …`: the text is constant, and read already.
        case dynamic(DynamicStatement)
    }

    /// `execute`: the text's own statement sees no variables, only `$1`, `$2`, ….
    package struct DynamicStatement: Hashable, Sendable {
        package var fragment: BodyFragment
        package var using: [BodyFragment]
    }

    package struct Raise: Hashable, Sendable {
        package enum Level: String, Hashable, Sendable { case debug, log, info, notice, warning, exception }
        package enum Option: String, Hashable, Sendable {
            case message, detail, hint, errcode, column, constraint, datatype, table, schema
        }
        package struct Setting: Hashable, Sendable {
            package var option: Option
            package var value: BodyFragment
        }

        package var level: Level
        package var condition: String?
        package var conditionName: String?
        package var format: String?
        package var arguments: [BodyFragment] = []
        package var settings: [Setting] = []
        /// `raise;`: the caught error once more.
        package var isAgain = false
    }

    package struct Diagnostic: Hashable, Sendable {
        package var target: ProcedureTarget
        package var item: String
    }

    package indirect enum Kind: Hashable, Sendable {
        case assign(ProcedureTarget, BodyFragment)
        case branch([Branch], otherwise: [ProcedureStatement]?)
        /// `case x when …`: the operand goes into `variable`, and the conditions compare with it.
        case choice(operand: BodyFragment?, variable: Int?, [Branch], otherwise: [ProcedureStatement]?)
        case loop(Loop)
        case whileLoop(BodyFragment, Loop)
        case forInteger(variable: Int, from: BodyFragment, to: BodyFragment, by: BodyFragment?, isReverse: Bool, Loop)
        case forRows([ProcedureTarget], Source, Loop)
        case forEach([ProcedureTarget], slice: Int, BodyFragment, Loop)
        case exit(label: String?, when: BodyFragment?)
        case next(label: String?, when: BodyFragment?)
        case returnValue(BodyFragment?)
        case returnNext(BodyFragment?)
        case returnQuery(Source)
        case raise(Raise)
        case assert(BodyFragment, message: BodyFragment?)
        case statement(Source, into: Into?)
        case perform(BodyFragment)
        case diagnostics([Diagnostic], isStacked: Bool)
        case block(ProcedureBody.Block)
        case null
    }
}
