// The one-time token with which a gateway is enrolled. Its secret is 256 random bits, so a plain
// digest of it is as good as a slow one, and only the digest is kept.

import ClawgressBytes
import Crypto

/// A token of the form `cge_<id>_<secret>`.
///
/// It never prints.
public struct EnrolmentSecret: Sendable, Equatable, CustomStringConvertible {
    /// The id, under which the digest is kept.
    public let id: String
    private let secret: String

    /// The text for whoever will use it.
    public var text: String { "cge_\(id)_\(secret)" }

    /// What is kept of it.
    public var digest: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    /// Only the id.
    public var description: String { "the enrolment token `\(id)`" }

    /// Makes a token with bits from `generator`, which must be secure.
    public init(using generator: inout some RandomNumberGenerator) {
        func bits(_ count: Int) -> String {
            Hexadecimal.encode(
                (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            )
        }
        id = bits(6)
        secret = bits(32)
    }

    /// Reads what somebody shows; nil for anything of another form.
    public init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "cge", parts[1].utf8.count == 12,
            parts[2].utf8.count == 64, Hexadecimal.decode(parts[1]) != nil,
            Hexadecimal.decode(parts[2]) != nil
        else { return nil }
        id = String(parts[1])
        secret = String(parts[2])
    }

    /// Whether `kept` is this token's digest; takes the same time wherever they differ.
    func matches(_ kept: [UInt8]) -> Bool {
        let own = digest
        guard own.count == kept.count else { return false }
        return zip(own, kept).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
