// Requests about single rows, made from a caller's request: they are planned like any other, for the same role.
extension TableRequest {
    /// Whether the filters give a value, by `eq`, for each of these columns of the root.
    package func names(_ key: [String]) -> Bool {
        !key.isEmpty
            && key.allSatisfy { column in
                filters.contains { filter in
                    guard filter.path.isEmpty, case .filter(let test) = filter.value else { return false }
                    return test.operator == .eq && !test.isNegated && test.quantifier == nil && test.field == RequestField(column)
                }
            }
    }

    /// Whether all that is shown comes from the columns of the root's own row.
    package func showsOneRowOnly(_ columns: [String]) -> Bool {
        window == RowWindow() && cursor == nil && filters.allSatisfy(\.path.isEmpty)
            && select.allSatisfy { item in
                switch item {
                case .all: true
                case .field(let field): field.aggregate == nil && columns.contains(field.field.column)
                case .count, .embed: false
                }
            }
    }

    /// Asks for these columns of the rows that this request's filters choose; its values serve.
    package func reading(_ columns: [String]) -> TableRequest {
        var request = bare(columns)
        request.filters = filters.filter(\.path.isEmpty)
        return request
    }

    /// Asks for the row of the same relation whose key is the values given.
    package func readingRow(_ key: [String]) -> TableRequest {
        var request = bare(key)
        request.filters = key.enumerated().map { index, name in
            AtPath([], .filter(Filter(RequestField(name), operator: .eq, value: ValueIndex(index))))
        }
        return request
    }

    private func bare(_ columns: [String]) -> TableRequest {
        var request = self
        request.method = .get
        request.select = columns.map { .field(SelectField(RequestField($0))) }
        request.order = []
        request.windows = []
        request.cursor = nil
        request.columns = nil
        request.onConflict = nil
        request.preferences = Preferences()
        request.tellsKeys = false
        return request
    }
}
