// Operators' tokens, sessions and the bootstrap token: a public id and 256 random bits, of which
// only the digest is kept.

import ClawgressBytes
import ClawgressContract
import Crypto

/// A bearer token in the clear: `cgo_<id>_<secret>` and, for other kinds, another prefix.
///
/// A fast digest is right for it: 256 random bits cannot be guessed at any speed.
struct BearerSecret: Sendable {
    let kind: AdminCredentialKind
    /// 16 hexadecimal digits; public.
    let id: String
    private let secret: String

    private static var idBytes: Int { 8 }
    private static var secretBytes: Int { 32 }

    /// Makes one from the system's random numbers.
    static func generate(_ kind: AdminCredentialKind) -> BearerSecret {
        BearerSecret(kind: kind, id: random(idBytes), secret: random(secretBytes))
    }

    private init(kind: AdminCredentialKind, id: String, secret: String) {
        self.kind = kind
        self.id = id
        self.secret = secret
    }

    /// Reads one in its full form; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, let kind = AdminCredentialKind(prefix: parts[0]),
            parts[1].utf8.count == 2 * Self.idBytes, Hexadecimal.decode(parts[1]) != nil,
            parts[2].utf8.count == 2 * Self.secretBytes, Hexadecimal.decode(parts[2]) != nil
        else { return nil }
        self.init(kind: kind, id: String(parts[1]), secret: String(parts[2]))
    }

    /// The full form: to be shown once.
    var fullText: String { "\(kind.prefix)_\(id)_\(secret)" }

    /// What is kept instead of the secret.
    var digest: [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }

    /// An id of 64 random bits.
    static func random(_ bytes: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return Hexadecimal.encode(
            (0..<bytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
        )
    }
}

extension AdminCredentialKind {
    fileprivate var prefix: String {
        switch self {
        case .session: "cgs"
        case .token: "cgo"
        case .bootstrap: "cgb"
        }
    }

    fileprivate init?(prefix: Substring) {
        switch prefix {
        case "cgs": self = .session
        case "cgo": self = .token
        case "cgb": self = .bootstrap
        default: return nil
        }
    }
}

/// Compares without telling where two digests differ.
enum ConstantTime {
    static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        var difference: UInt8 = 0
        for index in one.indices { difference |= one[index] ^ other[index] }
        return difference == 0
    }
}
