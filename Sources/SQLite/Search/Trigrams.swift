import OffstageSchema

/// The groups of three letters in a text's words, as `pg_trgm` counts them: each word in lower case, with two blanks before it and one
/// behind.
///
/// Source: PostgreSQL 15, appendix F.35.
enum Trigrams {
    /// In the order of the text, doubles kept.
    struct Run {
        var trigrams: [UInt32] = []
        /// Where words begin and end among them.
        var starts: Set<Int> = []
        var ends: Set<Int> = []
    }

    static func run(_ text: UnsafeBufferPointer<UInt8>) -> Run {
        var run = Run()
        var word: [Unicode.Scalar] = []
        func finish() {
            guard !word.isEmpty else { return }
            run.starts.insert(run.trigrams.count)
            append(word, left: true, right: true, to: &run.trigrams)
            run.ends.insert(run.trigrams.count - 1)
            word.removeAll(keepingCapacity: true)
        }
        let lower = LetterCase.lower(text)
        for scalar in String(decoding: lower, as: UTF8.self).unicodeScalars {
            if isWord(scalar) { word.append(scalar) } else { finish() }
        }
        finish()
        return run
    }

    /// Each once, in order.
    static func set(_ text: UnsafeBufferPointer<UInt8>) -> [UInt32] { sorted(run(text).trigrams) }

    static func sorted(_ trigrams: [UInt32]) -> [UInt32] { Array(Set(trigrams)).sorted { order($0, $1) < 0 } }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        SearchCharacter.isAlphabetic(scalar.value) || SearchCharacter.isDigit(scalar.value)
    }

    private static func append(_ word: [Unicode.Scalar], left: Bool, right: Bool, to trigrams: inout [UInt32]) {
        let padded = (left ? [" ", " "] : []) + word + (right ? [" "] : [])
        guard padded.count >= 3 else { return }
        for index in 0...padded.count - 3 { trigrams.append(compact(padded[index..<index + 3])) }
    }

    /// Three bytes: the letters themselves, or where one has several bytes, a part of their checksum.
    private static func compact(_ letters: ArraySlice<Unicode.Scalar>) -> UInt32 {
        var bytes: [UInt8] = []
        for letter in letters { bytes.append(contentsOf: UTF8.encode(letter) ?? UTF8.encodedReplacementCharacter) }
        if bytes.count == 3 { return UInt32(bytes[0]) << 16 | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) }
        let sum = LegacyChecksum.of(bytes)
        return (sum & 0xFF) << 16 | (sum >> 8 & 0xFF) << 8 | (sum >> 16 & 0xFF)
    }

    /// PostgreSQL compares the bytes as signed ones.
    static func order(_ a: UInt32, _ b: UInt32) -> Int {
        for shift in [16, 8, 0] as [UInt32] {
            let (x, y) = (Int8(truncatingIfNeeded: a >> shift), Int8(truncatingIfNeeded: b >> shift))
            if x != y { return x < y ? -1 : 1 }
        }
        return 0
    }

    /// As `show_trgm` prints one.
    static func text(_ trigram: UInt32) -> String {
        let bytes = [16, 8, 0].map { UInt8(truncatingIfNeeded: trigram >> $0) }
        if bytes.allSatisfy({ $0 == 0x20 || (0x30...0x39).contains($0) || ($0 < 0x80 && (0x61...0x7A).contains($0 | 0x20)) }) {
            return String(decoding: bytes, as: UTF8.self)
        }
        let digits = String(trigram, radix: 16)
        return "0x" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    // MARK: Similarity

    static func similarity(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Float {
        let (left, right) = (Set(run(a).trigrams), Set(run(b).trigrams))
        guard !left.isEmpty, !right.isEmpty else { return 0 }
        return share(left.intersection(right).count, left.count, right.count)
    }

    private static func share(_ common: Int, _ a: Int, _ b: Int) -> Float { Float(common) / Float(a + b - common) }

    /// How alike a word is to the part of a text that is most like it.
    ///
    /// - Parameter isStrict: the part must be whole words.
    static func wordSimilarity(_ word: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>, isStrict: Bool) -> Float {
        let wanted = Set(run(word).trigrams)
        let run = run(text)
        var numbers: [UInt32: Int] = [:]
        var isWanted: [Bool] = []
        let indexes = run.trigrams.map { trigram in
            if let number = numbers[trigram] { return number }
            numbers[trigram] = isWanted.count
            isWanted.append(wanted.contains(trigram))
            return isWanted.count - 1
        }
        var lastPlace = [Int](repeating: -1, count: isWanted.count)
        var (different, common) = (0, 0)
        var lower = isStrict ? 0 : -1
        var greatest: Float = 0
        for (place, index) in indexes.enumerated() {
            if lower >= 0 || isWanted[index] {
                if lastPlace[index] < 0 {
                    different += 1
                    if isWanted[index] { common += 1 }
                }
                lastPlace[index] = place
            }
            guard isStrict ? run.ends.contains(place) : isWanted[index] else { continue }
            if lower == -1 {
                lower = place
                different = 1
            }
            var current = share(common, wanted.count, different)
            var (shortened, shared) = (different, common)
            let before = lower
            for start in lower...max(lower, place) {
                if !isStrict || run.starts.contains(start) {
                    let candidate = share(shared, wanted.count, shortened)
                    if candidate > current { (current, different, lower, common) = (candidate, shortened, start, shared) }
                }
                if lastPlace[indexes[start]] == start {
                    shortened -= 1
                    if isWanted[indexes[start]] { shared -= 1 }
                }
            }
            greatest = max(greatest, current)
            for start in before..<max(before, lower) where lastPlace[indexes[start]] == start { lastPlace[indexes[start]] = -1 }
        }
        return greatest
    }

    // MARK: Patterns

    /// The trigrams that every text has that is like this pattern.
    static func required(byPattern pattern: UnsafeBufferPointer<UInt8>) -> [UInt32] {
        var trigrams: [UInt32] = []
        var word: [Unicode.Scalar] = []
        // Whether the character before is unknown: nothing can be said of the word's beginning then.
        var isOpen = false
        var begins = true
        func finish(isOpenBehind: Bool) {
            if !word.isEmpty { append(word, left: begins, right: !isOpenBehind, to: &trigrams) }
            word.removeAll(keepingCapacity: true)
        }
        var isEscaped = false
        let lower = LetterCase.lower(pattern)
        for scalar in String(decoding: lower, as: UTF8.self).unicodeScalars {
            if !isEscaped, scalar == "\\" {
                isEscaped = true
                continue
            }
            if isWord(scalar) {
                if word.isEmpty { begins = !isOpen }
                word.append(scalar)
                isOpen = false
            } else {
                isOpen = !isEscaped && (scalar == "%" || scalar == "_")
                finish(isOpenBehind: isOpen)
            }
            isEscaped = false
        }
        finish(isOpenBehind: false)
        return sorted(trigrams)
    }
}

/// The checksum that PostgreSQL keeps for what it has always hashed this way: the table of CRC-32, walked the other way round.
enum LegacyChecksum {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    static func of(_ bytes: [UInt8]) -> UInt32 {
        bytes.reduce(0xFFFF_FFFF as UInt32) { sum, byte in table[Int(UInt8(truncatingIfNeeded: sum >> 24) ^ byte)] ^ (sum << 8) }
            ^ 0xFFFF_FFFF
    }
}
