package import OffstageSchema
import OffstageSyntax

extension Schema {
    /// What can be written to a table or view, by anyone who may: on the embedded engine by the rule that its writes follow
    /// (``WriteTarget``), of a PostgreSQL what it said when it was asked.
    package func writability(of name: QualifiedName) -> Writability {
        if let known = writability[name] { return known }
        if let table = tables[name], table.materialized == nil { return Writability(table) }
        guard authority == .own, views[name] != nil else { return .nothing }
        func columns(_ event: RowWrite.Event) -> Set<String>? {
            guard let target = target(name, event) else { return nil }
            return Set(target.places.filter { target.table.column($0.value)?.isMade == false }.keys)
        }
        var found = Writability(inserted: columns(.insert), updated: columns(.update), deletes: columns(.delete) != nil)
        if found.inserted != nil, let target = target(name, .insert) {
            found.required = Set(target.places.filter { target.table.column($0.value)?.isRequired == true }.keys)
        }
        return found
    }

    private func target(_ name: QualifiedName, _ event: RowWrite.Event) -> WriteTarget? {
        // What the owner of everything may do is left to the relation.
        try? WriteTarget(Name(name.schema, name.name), as: nil, event, in: self, as: "postgres", path: [])
    }
}
