/// A token taken apart: three parts (RFC 7515 section 7.1) and a header that says nothing we do not understand.
struct CompactToken {
    /// Bytes of a whole token. Longer ones are refused before anything is read.
    static let longest = 8192

    let algorithm: SigningKey.Algorithm
    let kid: String?
    /// Header and payload with the dot between them: what is signed.
    let signingInput: UnsafeRawBufferPointer
    let payload: Slice<UnsafeRawBufferPointer>
    let signature: [UInt8]

    /// `token` must outlive the result.
    init(_ token: UnsafeRawBufferPointer) throws(KeyError) {
        guard !token.isEmpty else { throw .undecodable("Empty JWT is sent in Authorization header") }
        guard token.count <= Self.longest else { throw .undecodable("JWT is longer than \(Self.longest) bytes") }
        let dots = token.reduce(0) { $1 == UInt8(ascii: ".") ? $0 + 1 : $0 }
        guard dots == 2, let first = token.firstIndex(of: UInt8(ascii: ".")), let last = token.lastIndex(of: UInt8(ascii: ".")) else {
            throw .undecodable("Expected 3 parts in JWT; got \(dots + 1)")
        }
        guard let header = Base64URL.decode(token[..<first]).flatMap(TokenMembers.init) else { throw .malformed }

        guard case .some(let name) = header.string("alg"), let algorithm = SigningKey.Algorithm(rawValue: name) else {
            throw .wrongAlgorithm
        }
        // A token never brings its own key, and what its signer declares critical we do not know (RFC 7515 sections 4.1.2 to 4.1.11).
        for member in ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"] where header.has(member) { throw .noSuitableKey }
        switch header.string("typ") {
        case .absent: break
        case .some(let type) where ["jwt", "at+jwt", "application/at+jwt"].contains(type.lowercased()): break
        case .some, .wrong: throw .undecodable("Unsupported token type")
        }
        switch header.string("kid") {
        case .absent: kid = nil
        case .some(let name): kid = name
        case .wrong: throw .noSuitableKey
        }
        guard let signature = Base64URL.decode(token[(last + 1)...]), !signature.isEmpty else { throw .malformed }
        self.algorithm = algorithm
        self.signingInput = UnsafeRawBufferPointer(rebasing: token[..<last])
        self.payload = token[(first + 1)..<last]
        self.signature = signature
    }
}
