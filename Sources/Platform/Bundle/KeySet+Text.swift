// The JSON of a key set, and the way from bytes that anyone may have written to a set that may be
// believed.

import ClawgressBytes
public import ClawgressJWS

extension KeySet {
    /// The set as JSON: what the root key signs.
    public var json: JSONValue {
        .object([
            JSONMember("epoch", .integer(epoch)),
            JSONMember("format", .string(Self.formatName)),
            JSONMember("keys", .array(entries.map(\.json))),
            JSONMember("version", .integer(version)),
        ])
    }

    /// Verifies `bytes` and returns the set that was signed.
    ///
    /// In this order: length, form, type, algorithm, key, signature, content. Whether the set is
    /// newer is for ``requireNotOlder(than:)``, because only the caller knows which it has.
    ///
    /// - Parameters:
    ///   - bytes: a compact JWS (RFC 7515); one line feed at its end is allowed.
    ///   - rootKey: the public root key; it is never a key of a set itself.
    /// - Throws: `KeySetRejection` with the first problem.
    public static func verify(
        _ bytes: [UInt8],
        rootKey: VerificationKey
    ) throws(KeySetRejection) -> KeySet {
        guard bytes.count <= bytesMax else { throw .tooLarge(bytes: bytes.count) }
        let text = try parse(bytes)
        guard text.header.type == mediaType else { throw .wrongType(text.header.type) }
        guard text.header.algorithm == .edDSA, rootKey.algorithm == .edDSA else {
            throw .algorithmRefused(text.header.algorithm.rawValue)
        }
        guard text.header.keyID == rootKey.keyID else { throw .keyUnknown(text.header.keyID) }
        do throws(JWSError) {
            try text.verify(with: rootKey)
        } catch {
            throw .signatureInvalid
        }
        let set = try read(text.payload)
        guard !set.entries.contains(where: { $0.key.thumbprint == rootKey.thumbprint }) else {
            throw .contentMalformed("the root key signs key sets only")
        }
        return set
    }

    private static func parse(_ bytes: [UInt8]) throws(KeySetRejection) -> CompactJWS {
        let end = bytes.last == UInt8(ascii: "\n") ? bytes.count - 1 : bytes.count
        do throws(JWSError) {
            return try CompactJWS(parsing: bytes.span.extracting(0..<end), bytesMax: bytesMax)
        } catch {
            throw .malformed(error)
        }
    }

    private static func read(_ payload: [UInt8]) throws(KeySetRejection) -> KeySet {
        let value: JSONValue
        do throws(JSONError) {
            value = try StrictJSON.read(payload.span)
        } catch {
            throw .contentMalformed("it is not valid json")
        }
        // A future format fails at some member or other: its name is the better message.
        if let format = value["format"]?.text, format != formatName {
            throw .formatUnknown(format)
        }
        try value.requireMembers(["epoch", "format", "keys", "version"], of: "the key set")
        guard value["format"]?.text != nil, let version = value["version"]?.integer,
            let epoch = value["epoch"]?.integer, let keys = value["keys"]?.elements
        else { throw .contentMalformed("a member has the wrong type") }
        var entries: [Entry] = []
        for (place, key) in keys.enumerated() {
            entries.append(try Entry(key, name: "`keys[\(place)]`"))
        }
        return try KeySet(version: version, epoch: epoch, entries: entries)
    }
}

extension KeySet.Entry {
    var json: JSONValue {
        .object([
            JSONMember("jwk", key.publicJWK),
            JSONMember("not_after", .integer(notAfter)),
            JSONMember("not_before", .integer(notBefore)),
        ])
    }

    init(_ value: JSONValue, name: String) throws(KeySetRejection) {
        try value.requireMembers(["jwk", "not_after", "not_before"], of: name)
        guard let jwk = value["jwk"], let notBefore = value["not_before"]?.integer,
            let notAfter = value["not_after"]?.integer
        else { throw .contentMalformed("\(name) has a member of the wrong type") }
        do throws(JWSError) {
            key = try VerificationKey(jwk: jwk)
        } catch {
            throw .contentMalformed("\(name) is no public key (`\(error.code)`)")
        }
        self.notBefore = notBefore
        self.notAfter = notAfter
    }
}

extension JSONValue {
    /// Refuses an object that lacks one of `names` or has another member: whoever signed it
    /// meant something by it.
    fileprivate func requireMembers(
        _ names: Set<String>,
        of place: String
    ) throws(KeySetRejection) {
        guard let members else { throw .contentMalformed("\(place) is no object") }
        if let unknown = members.first(where: { !names.contains($0.name) }) {
            throw .contentMalformed("\(place) has the unknown member `\(unknown.name)`")
        }
        guard members.count == names.count else {
            throw .contentMalformed("\(place) lacks a member")
        }
    }
}
