// What clawgress-policy says to a gateway: one JSON object a line. Written and read by this code
// on both sides and without Codable, because a gateway links no Foundation on its path.

import ClawgressJWS

/// Why a line or a report is none.
public enum PolicyMessageError: Error, Equatable, Sendable {
    /// No JSON object, or a member is missing or of another type; the text names it.
    case malformed(String)
    /// A type that this version does not know; it is to be skipped, a newer peer may send it.
    case unknownType(String)
}

/// One line of the stream to a gateway.
public enum PolicyStreamLine: Sendable, Hashable {
    /// The first line: the latest decided bundle, if there is one, and the newest key set (JWS).
    case welcome(latest: BundleReference?, keySet: String)
    /// Fetch, verify, compile and keep this bundle, then report `prepared` or `refused`.
    case prepare(BundleReference)
    /// Serve this bundle, fetching and preparing it first where need be; report `activated`.
    case activate(BundleReference)
    /// Forget what was prepared.
    case abort(epoch: Int64, serial: Int64)
    /// A newer key set (JWS).
    case keySet(String)
    /// The stream lives; every 2 s.
    case ping

    /// The line without its line feed.
    public var text: String { json.jsonText }

    private var json: JSONValue {
        switch self {
        case .welcome(let latest, let keySet):
            .object([
                JSONMember("type", .string("welcome")),
                JSONMember("latest", latest.map { .object($0.members) } ?? .null),
                JSONMember("key_set", .string(keySet)),
            ])
        case .prepare(let bundle):
            .object([JSONMember("type", .string("prepare"))] + bundle.members)
        case .activate(let bundle):
            .object([JSONMember("type", .string("activate"))] + bundle.members)
        case .abort(let epoch, let serial):
            .object([
                JSONMember("type", .string("abort")),
                JSONMember("epoch", .integer(epoch)),
                JSONMember("serial", .integer(serial)),
            ])
        case .keySet(let keySet):
            .object([
                JSONMember("type", .string("key_set")),
                JSONMember("key_set", .string(keySet)),
            ])
        case .ping: .object([JSONMember("type", .string("ping"))])
        }
    }

    /// Reads a line; members that this version does not know are ignored.
    ///
    /// - Throws: `PolicyMessageError`.
    public init(parsing line: String) throws(PolicyMessageError) {
        let value = try JSONValue.message(line)
        switch try value.requiredText("type") {
        case "welcome":
            let latest = value["latest"] ?? .null
            self = .welcome(
                latest: latest == .null ? nil : try BundleReference(json: latest),
                keySet: try value.requiredText("key_set")
            )
        case "prepare": self = .prepare(try BundleReference(json: value))
        case "activate": self = .activate(try BundleReference(json: value))
        case "abort":
            self = .abort(
                epoch: try value.requiredInteger("epoch"),
                serial: try value.requiredInteger("serial")
            )
        case "key_set": self = .keySet(try value.requiredText("key_set"))
        case "ping": self = .ping
        case let other: throw .unknownType(other)
        }
    }
}

extension BundleReference {
    var members: [JSONMember] {
        [
            JSONMember("epoch", .integer(epoch)),
            JSONMember("serial", .integer(serial)),
            JSONMember("revision", .string(revision)),
        ]
    }

    init(json: JSONValue) throws(PolicyMessageError) {
        self.init(
            epoch: try json.requiredInteger("epoch"),
            serial: try json.requiredInteger("serial"),
            revision: try json.requiredText("revision")
        )
    }
}

extension JSONValue {
    static func message(_ text: String) throws(PolicyMessageError) -> JSONValue {
        do throws(JSONError) {
            return try StrictJSON.read(text)
        } catch {
            throw .malformed("it is not valid json")
        }
    }

    func requiredText(_ name: String) throws(PolicyMessageError) -> String {
        guard let text = self[name]?.text else { throw .malformed("`\(name)` must be a text") }
        return text
    }

    func requiredInteger(_ name: String) throws(PolicyMessageError) -> Int64 {
        guard let number = self[name]?.integer, number >= 0 else {
            throw .malformed("`\(name)` must be a whole number")
        }
        return number
    }
}
