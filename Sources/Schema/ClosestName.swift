/// The name among `names` that `name` was probably meant to be, if one is close enough: for hints.
///
/// `closestName(to: "boks", among: ["books", "authors"])` is `books`. Close is a Levenshtein distance of at most a quarter of the longer
/// name.
package func closestName(to name: String, among names: some Swift.Sequence<String>) -> String? {
    let wanted = Array(name.utf8.prefix(64))
    var best: (name: String, likeness: Double)?
    for candidate in names where candidate != name {
        let other = Array(candidate.utf8.prefix(64))
        let longest = max(wanted.count, other.count)
        guard longest > 0, abs(wanted.count - other.count) * 4 <= longest else { continue }
        let likeness = 1 - Double(editDistance(wanted, other)) / Double(longest)
        guard likeness >= 0.75 else { continue }
        // The first by name of equals, so that the same mistake always gets the same answer.
        if let best, (best.likeness, candidate) > (likeness, best.name) { continue }
        best = (candidate, likeness)
    }
    return best?.name
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, right) in b.enumerated() {
            let change = diagonal + (left == right ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
