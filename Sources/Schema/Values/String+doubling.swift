extension String {
    /// The text with every such character twice, as texts in quotes want it.
    ///
    /// Code point by code point: to Swift a quote with a combining mark behind it is another character, and would stay alone.
    package func doubling(_ mark: Unicode.Scalar) -> String {
        guard unicodeScalars.contains(mark) else { return self }
        var doubled = UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar == mark { doubled.append(mark) }
            doubled.append(scalar)
        }
        return String(doubled)
    }
}
