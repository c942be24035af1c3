package import OffstageSyntax

/// What a tree speaks of: the columns and tables it names, and whether it holds a subquery.
package struct TreeUses {
    /// In order of appearance, repeats included; without those inside subqueries when asked so.
    package var columns: [Name] = []
    package var stars: [Name] = []
    package var tables: [Name] = []
    package var functions: [Name] = []
    package var types: [TypeName] = []
    package var firstSelect: Position?

    package init(_ e: Expression, enteringSelects: Bool = false) { collect(enteringSelects) { $0(e) } }
    package init(_ select: Select) { collect(true) { $0(select) } }
    package init(_ statement: DataStatement) { collect(true) { $0(statement) } }

    private mutating func collect<T>(_ enteringSelects: Bool, _ walk: (inout TreeRewrite) -> T) {
        let found = Found()
        var rewrite = TreeRewrite(
            table: {
                found.uses.tables.append($0); return nil
            },
            expression: { e in
                switch e.kind {
                case .column(let name): found.uses.columns.append(Name(name.parts, at: e.position))
                case .star(let name): found.uses.stars.append(name)
                case .call(let call): found.uses.functions.append(call.function)
                case .cast(_, let type): found.uses.types.append(type)
                case .exists, .subselect, .arraySelect, .inSelect, .anyOfSelect:
                    if found.uses.firstSelect == nil { found.uses.firstSelect = e.position }
                default: break
                }
                return nil
            })
        rewrite.entersSelects = enteringSelects
        _ = walk(&rewrite)
        self = found.uses
    }

    private init() {}

    /// The walk's closures write here; it lives no longer than the walk.
    private final class Found {
        var uses = TreeUses()
    }
}
