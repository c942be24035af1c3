import OffstageSchema

/// Patterns of `like` and `similar to` in other words. Source: PostgreSQL 15, chapters 9.7.1 and 9.7.2.
enum SimilarPattern {
    private static func escapeCharacter(_ text: String) throws(SQLError) -> Unicode.Scalar? {
        let scalars = text.unicodeScalars
        guard scalars.count <= 1 else {
            throw SQLError("22025", "invalid escape string", hint: "Escape string must be empty or one character.")
        }
        return scalars.first
    }

    /// `like … escape`: the same pattern with backslashes.
    static func like(_ pattern: String, escape: String) throws(SQLError) -> String {
        let mark = try escapeCharacter(escape)
        if mark == "\\" { return pattern }
        var result = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            if scalar == mark, !isEscaped {
                result.append("\\")
                isEscaped = true
                continue
            }
            if scalar == "\\", !isEscaped { result.append("\\") }
            result.append(scalar)
            isEscaped = false
        }
        return String(result)
    }

    /// `similar to` as a regular expression. Two escaped double quotes mark the part that `substring` gives.
    static func expression(_ pattern: String, escape: String) throws(SQLError) -> String {
        let mark = try escapeCharacter(escape)
        var result = "^(?:".unicodeScalars
        var isEscaped = false
        var quotes = 0
        var brackets = 0
        // Where in a bracket: 1 behind `[`, 2 behind `[^`, 3 further inside.
        var place = 0
        for scalar in pattern.unicodeScalars {
            if isEscaped {
                if scalar == "\"", brackets < 1 {
                    guard quotes < 2 else {
                        throw SQLError("2200C", "SQL regular expression may not contain more than two escape-double-quote separators")
                    }
                    result.append(contentsOf: (quotes == 0 ? "){1,1}?(" : "){1,1}(?:").unicodeScalars)
                    quotes += 1
                } else {
                    result.append(contentsOf: ["\\", scalar])
                    place = 3
                }
                isEscaped = false
            } else if scalar == mark {
                isEscaped = true
            } else if brackets > 0 {
                if scalar == "\\" { result.append("\\") }
                result.append(scalar)
                if scalar == "]", place > 2 {
                    brackets -= 1
                } else if scalar == "[" {
                    brackets += 1
                    place = 3
                } else if scalar == "^" {
                    place += 1
                } else {
                    place = 3
                }
            } else {
                switch scalar {
                case "[":
                    result.append(scalar)
                    brackets = 1
                    place = 1
                case "%": result.append(contentsOf: ".*".unicodeScalars)
                case "_": result.append(".")
                case "(": result.append(contentsOf: "(?:".unicodeScalars)
                case "\\", ".", "^", "$": result.append(contentsOf: ["\\", scalar])
                default: result.append(scalar)
                }
            }
        }
        result.append(contentsOf: ")$".unicodeScalars)
        return String(result)
    }
}
