extension TableRequest {
    package enum Method: String, Hashable, Sendable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case patch = "PATCH"
        case put = "PUT"
        case delete = "DELETE"
        case options = "OPTIONS"

        /// Reads take their schema from `Accept-Profile`, writes from `Content-Profile`.
        package var isRead: Bool {
            switch self {
            case .get, .head, .options: true
            case .post, .patch, .put, .delete: false
            }
        }
    }

    /// What the path names.
    package enum Target: Hashable, Sendable {
        /// `/`: the description of the whole API.
        case root
        /// `/books`
        case relation(String)
        /// `/rpc/add`
        case function(String)
    }
}

extension TableRequest.Target {
    /// - Parameter path: what follows the mount, percent-encoded: `/books`.
    init(path: String) throws(RequestError) {
        var segments: [String] = []
        for segment in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            var decoded: [UInt8] = []
            if let fault = percentDecode(segment, plusIsSpace: false, into: &decoded) {
                let column = path.utf8.distance(from: path.utf8.startIndex, to: fault) + 1
                throw .malformed("path", column: column, details: "a % that is not followed by two hexadecimal digits")
            }
            guard let name = String(validating: decoded, as: UTF8.self), !decoded.contains(0) else {
                throw .malformed("path", column: 1, details: "the path is not UTF-8 text")
            }
            segments.append(name)
        }
        switch segments.count {
        case 0: self = .root
        case 1: self = segments[0].isEmpty ? .root : .relation(segments[0])
        case 2 where segments[0] == "rpc" && !segments[1].isEmpty: self = .function(segments[1])
        default: throw .invalidPath()
        }
    }

    func allows(_ method: TableRequest.Method) throws(RequestError) {
        switch (self, method) {
        case (.root, .get), (.root, .head), (.root, .options): break
        case (.root, _): throw .unsupportedMethod(method)
        case (.function, .patch), (.function, .put), (.function, .delete): throw .methodNotForFunctions(method)
        default: break
        }
    }
}

/// Appends the decoded bytes. Returns where a broken escape stands, or `nil` when all went well.
func percentDecode<Bytes: Collection<UInt8>>(_ raw: Bytes, plusIsSpace: Bool, into decoded: inout [UInt8]) -> Bytes.Index? {
    var index = raw.startIndex
    while index != raw.endIndex {
        let byte = raw[index]
        let start = index
        raw.formIndex(after: &index)
        switch byte {
        case UInt8(ascii: "+") where plusIsSpace: decoded.append(0x20)
        case UInt8(ascii: "%"):
            guard index != raw.endIndex, let high = hexDigit(raw[index]) else { return start }
            raw.formIndex(after: &index)
            guard index != raw.endIndex, let low = hexDigit(raw[index]) else { return start }
            raw.formIndex(after: &index)
            decoded.append(high << 4 | low)
        default: decoded.append(byte)
        }
    }
    return nil
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}
