// The protected header of a JWS, read with suspicion: everything here was written by whoever
// sent the text, and nothing of it was checked yet.

import ClawgressBytes

/// What a JWS says about its own signature (RFC 7515 section 4).
public struct JWSHeader: Sendable, Equatable {
    /// How long `kid` and `typ` may be, in bytes.
    public static var memberBytesMax: Int { 256 }

    /// The claimed algorithm; believed only where it equals the key's.
    public let algorithm: SignatureAlgorithm
    /// The name of the key (`kid`), if there is one.
    public let keyID: String?
    /// The media type of the whole text (`typ`), if there is one.
    public let type: String?

    /// Reads a decoded header.
    ///
    /// Unknown members are ignored, as RFC 7515 demands; those that would change how the text
    /// is verified are refused by name.
    ///
    /// - Throws: `JWSError` with the first problem.
    init(_ bytes: [UInt8]) throws(JWSError) {
        let header: JSONValue
        do throws(JSONError) {
            header = try StrictJSON.read(bytes.span)
        } catch {
            throw .malformedHeader
        }
        guard let members = header.members else { throw .malformedHeader }
        for member in members { try Self.refuseDangerous(member.name) }
        guard let name = header["alg"]?.text else { throw .algorithmMissing }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else { throw .algorithmRefused }
        self.algorithm = algorithm
        self.keyID = try Self.shortText(header["kid"])
        self.type = try Self.shortText(header["typ"])
    }

    private static func refuseDangerous(_ name: String) throws(JWSError) {
        switch name {
        // RFC 7797's `b64` changes what is signed, `crit` what must be understood: we support
        // no extension at all.
        case "crit", "b64": throw .criticalHeaderRefused
        // Whoever can name the key can sign anything.
        case "jwk", "jku", "x5u", "x5c": throw .embeddedKeyRefused
        default: return
        }
    }

    private static func shortText(_ value: JSONValue?) throws(JWSError) -> String? {
        guard let value else { return nil }
        guard let text = value.text, !text.isEmpty, text.utf8.count <= memberBytesMax else {
            throw .headerMemberInvalid
        }
        return text
    }
}
