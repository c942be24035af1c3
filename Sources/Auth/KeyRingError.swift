/// Why the key ring could not be opened, changed or written. For the operator, so it names files; never shown to a stranger.
package enum KeyRingError: Error, Equatable, Sendable {
    /// The file or its directory can be read or written by others.
    case exposed(path: String, mode: UInt32, wanted: UInt32)
    case unreadable(path: String, reason: String)
    case notWritten(path: String, reason: String)
    /// The file is there and is not a key ring. It is never replaced: every token and key of the project hangs on it.
    case corrupt(path: String, reason: String)
    /// Sealed under another master key, or changed by somebody who has none.
    case sealed(path: String)
    /// The database that several servers share them in.
    case databaseFailed(reason: String)
    /// Written by a newer Offstage.
    case newerFormat(path: String, format: Int)
    /// An HMAC secret (RFC 7518 section 3.2) or master key under 32 bytes.
    case weakSecret(bytes: Int)
    /// An imported key that is not HS256, ES256 (P-256) or RS256 (2048 bits or more).
    case unusableKey(String)
    /// A name, `kid` or claim that is there already.
    case taken(String)
    case unknown(String)
    /// An imported key can only be taken away where it came from.
    case fromSettings(String)
    case badName(String)
    /// A claim whose text is not one JSON value, or a token that would be over the size limit.
    case badClaim(String)
    /// There is no current key of this purpose to sign with.
    case noSigningKey(String)
}

extension KeyRingError: CustomStringConvertible {
    package var description: String { "\(message) (\(hint))" }

    package var message: String {
        switch self {
        case .exposed(let path, let mode, _): "\(path) is open to other users (mode \(String(mode, radix: 8)))"
        case .unreadable(let path, let reason): "\(path) could not be read: \(reason)"
        case .notWritten(let path, let reason): "\(path) could not be written: \(reason)"
        case .corrupt(let path, let reason): "\(path) is not a readable key ring: \(reason)"
        case .sealed(let path): "\(path) cannot be opened with this master key"
        case .databaseFailed(let reason): "the keys in the database could not be read or written: \(reason)"
        case .newerFormat(let path, let format): "\(path) has format \(format), written by a newer Offstage"
        case .weakSecret(let bytes): "the secret has \(bytes) bytes; at least 32 are needed"
        case .unusableKey(let reason): "the key cannot be used: \(reason)"
        case .taken(let name): "\(name) is taken"
        case .unknown(let id): "there is no key \(id)"
        case .fromSettings(let kid): "the key \(kid) comes from settings"
        case .badName(let name): "\"\(name)\" is not a name for a key"
        case .badClaim(let name): "the claim \(name) cannot be put into a token"
        case .noSigningKey(let purpose): "no current \(purpose) key to sign with"
        }
    }

    package var hint: String {
        switch self {
        case .exposed(let path, _, let wanted):
            "chmod \(String(wanted, radix: 8)) \(path), and change the keys if others may have read them"
        case .unreadable, .notWritten: "check that it belongs to the user the server runs as and that the disk is not full"
        case .corrupt: "restore it from a backup; to start again with new keys, which ends every session and key, move it away"
        case .sealed:
            "master_key must be the one the keys were sealed with; after a change the one before goes into previous_master_key"
        case .databaseFailed: "check that PostgreSQL can be reached, and that the login user owns the schema offstage"
        case .newerFormat: "run the newer version, or restore the file from before the upgrade"
        case .weakSecret: "make one with: openssl rand -base64 48"
        case .unusableKey: "HS256, ES256 and RS256 keys can be imported"
        case .taken: "choose another name"
        case .unknown: "offstage keys list shows what there is"
        case .fromSettings: "take it out of jwt_secret or jwks and restart"
        case .badName: "use 1 to 64 letters, digits, spaces, dots, dashes and underscores"
        case .badClaim: "a claim is name=JSON, once; the whole token has room for 8 KiB"
        case .noSigningKey: "offstage keys rotate makes one"
        }
    }
}
