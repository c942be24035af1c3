extension Schema {
    /// The schemas of a `set search_path = …` value: `""`, `public, extensions`, `'$user', public`.
    package static func searchPath(from text: String) -> [String] {
        text.split(separator: ",").map { part in
            var name = part[...]
            while let first = name.first, first == " " || first == "\"" || first == "'" { name = name.dropFirst() }
            while let last = name.last, last == " " || last == "\"" || last == "'" { name = name.dropLast() }
            return String(name)
        }.filter { !$0.isEmpty }
    }
}
