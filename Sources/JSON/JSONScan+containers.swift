extension JSONScan {
    /// Where objects and arrays stand that are members by these names: of the object, or of each object of an array. Of a name given twice, the
    /// last counts.
    ///
    /// For those who keep them as they were written: blanks, the order of members, members given twice.
    ///
    /// ```swift
    /// JSONScan(bytes).containers(named: ["j"])     // of [{"id": 1, "j": {"b" :1}}]: [["j": the place of {"b" :1}]]
    /// ```
    ///
    /// - Returns: one dictionary for each object; an array's end with the first element that is none.
    package func containers(named names: Set<String>) -> [[String: Range<Int>]] {
        guard isArray else { return [memberContainers(names)] }
        var rows: [[String: Range<Int>]] = []
        forEachElement { range in
            let element = part(range)
            if element.isObject { rows.append(element.memberContainers(names)) }
            return element.isObject
        }
        return rows
    }

    private func memberContainers(_ names: Set<String>) -> [String: Range<Int>] {
        var found: [String: Range<Int>] = [:]
        guard isObject else { return found }
        forEachMember { member in
            let name = string(member.name)
            guard names.contains(name) else { return }
            let value = part(member.value)
            found[name] = value.isObject || value.isArray ? value.whole : nil
        }
        return found
    }
}
