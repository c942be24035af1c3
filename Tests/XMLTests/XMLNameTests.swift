import OffstageXML
import Testing

/// Names as XML elements: every one is well-formed, and every one can be read back.
@Suite struct XMLNameTests {
    @Test(arguments: [
        ("id", "id"), ("größe", "größe"), ("題", "題"), ("a b", "a_x0020_b"), ("1st", "_x0031_st"), ("_x0020_", "_x005F_x0020_"), ("", "_x_"),
        ("_x_", "_x005F_x_"), ("a:b", "a_x003A_b"), ("😀", "_x1F600_"), ("µg", "_x00B5_g"), ("nª", "n_x00AA_"), ("nº", "n_x00BA_"),
    ])
    func escaped(_ name: String, _ element: String) {
        #expect(XMLName.escaped(name) == element)
        #expect(XMLName.unescaped(element) == name)
    }

    /// By hand one need not escape what is no escape, and may write others than the shortest.
    @Test(arguments: [
        ("_xyz", "_xyz"), ("_x002_", "_x002_"), ("_x0000_", "_x0000_"), ("_xD800_", "_xD800_"), ("_x110000_", "_x110000_"),
        ("_x0020", "_x0020"),
        ("_x00e9_", "é"), ("_x0000E9_", "é"), ("_x00000E9_", "_x00000E9_"), ("__x0020_", "_ "),
    ])
    func unescaped(_ element: String, _ name: String) { #expect(XMLName.unescaped(element) == name) }

    @Test func `every name is read back`() {
        let pieces: [Unicode.Scalar] = ["_", "x", "0", "5", "F", " ", "a", "-", "é", "😀", "\u{0301}", "\""]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var name = ""
            for _ in 0..<Int.random(in: 0...9, using: &random) { name.unicodeScalars.append(pieces.randomElement(using: &random) ?? "_") }
            let element = XMLName.escaped(name)
            #expect(Array(XMLName.unescaped(element).unicodeScalars) == Array(name.unicodeScalars), "\(element)")
        }
    }

    @Test func everyCharacterOfTheFirstPlaneIsANameOfXML() {
        for value in UInt32(1)...0xFFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for name in [XMLName.escaped(String(scalar)), XMLName.escaped("a" + String(scalar))] {
                let scalars = name.unicodeScalars
                let isName = scalars.first.map(Self.isStart) ?? false && scalars.dropFirst().allSatisfy(Self.isPart)
                if !isName { Issue.record("U+\(String(value, radix: 16, uppercase: true)) as \(name)") }
            }
        }
    }

    /// NameStartChar without the colon. Source: Extensible Markup Language 1.0 (Fifth Edition), production 4.
    private static func isStart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x41...0x5A, 0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D,
            0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD, 0x10000...0xEFFFF:
            true
        default: false
        }
    }

    /// NameChar, of which only these are used beyond the start characters. Source: the same, production 4a.
    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        isStart(scalar) || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "."
    }
}
