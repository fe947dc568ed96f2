// What a gateway says to clawgress-policy. Whose report it is, the client certificate says and
// never the body.

import ClawgressJWS

/// One report of a gateway.
public enum PolicyReport: Sendable, Equatable {
    /// Where the gateway stands: the first thing after the welcome, then every 3 s.
    case state(GatewayReportedState)
    /// The bundle is verified, compiled and on disk, or held until that takes it; nothing else
    /// has changed.
    case prepared(epoch: Int64, serial: Int64)
    /// The gateway will not serve the bundle: a stable name, and a sentence.
    case refused(epoch: Int64, serial: Int64, code: String, reason: String)
    /// The gateway serves the bundle.
    case activated(epoch: Int64, serial: Int64)

    /// The body of the request.
    public var text: String { json.jsonText }

    private var json: JSONValue {
        switch self {
        case .state(let state): .object([JSONMember("type", .string("state"))] + state.members)
        case .prepared(let epoch, let serial): Self.answer("prepared", epoch, serial)
        case .activated(let epoch, let serial): Self.answer("activated", epoch, serial)
        case .refused(let epoch, let serial, let code, let reason):
            Self.answer(
                "refused",
                epoch,
                serial,
                [JSONMember("code", .string(code)), JSONMember("reason", .string(reason))]
            )
        }
    }

    private static func answer(
        _ type: String,
        _ epoch: Int64,
        _ serial: Int64,
        _ more: [JSONMember] = []
    ) -> JSONValue {
        .object(
            [
                JSONMember("type", .string(type)),
                JSONMember("epoch", .integer(epoch)),
                JSONMember("serial", .integer(serial)),
            ] + more
        )
    }

    /// Reads a report; members that this version does not know are ignored.
    ///
    /// - Throws: `PolicyMessageError`.
    public init(parsing text: String) throws(PolicyMessageError) {
        let value = try JSONValue.message(text)
        let type = try value.requiredText("type")
        if type == "state" {
            self = .state(try GatewayReportedState(json: value))
            return
        }
        let epoch = try value.requiredInteger("epoch")
        let serial = try value.requiredInteger("serial")
        switch type {
        case "prepared": self = .prepared(epoch: epoch, serial: serial)
        case "activated": self = .activated(epoch: epoch, serial: serial)
        case "refused":
            self = .refused(
                epoch: epoch,
                serial: serial,
                code: try value.requiredText("code"),
                reason: try value.requiredText("reason")
            )
        default: throw .unknownType(type)
        }
    }
}

/// Where a gateway stands.
public struct GatewayReportedState: Sendable, Equatable {
    /// Changes with each start of the gateway.
    public var bootID: String
    /// What it serves.
    public var active: BundleReference?
    /// What it prepared and was told neither to activate nor to forget.
    public var prepared: BundleReference?
    /// Whether it serves agents.
    public var ready: Bool
    /// The version of the key set that it has; 0 for none.
    public var keySetVersion: Int64
    /// The version of its program.
    public var productVersion: String
    /// The serial that it reverted by itself, because nobody confirmed it in time.
    public var revertedSerial: Int64?
    /// What is wrong with it, in a sentence.
    public var problem: String?

    /// Assembles a state.
    public init(
        bootID: String,
        active: BundleReference?,
        prepared: BundleReference?,
        ready: Bool,
        keySetVersion: Int64,
        productVersion: String,
        revertedSerial: Int64? = nil,
        problem: String? = nil
    ) {
        self.bootID = bootID
        self.active = active
        self.prepared = prepared
        self.ready = ready
        self.keySetVersion = keySetVersion
        self.productVersion = productVersion
        self.revertedSerial = revertedSerial
        self.problem = problem
    }

    var members: [JSONMember] {
        var members = [
            JSONMember("boot_id", .string(bootID)),
            JSONMember("active", active.map { .object($0.members) } ?? .null),
            JSONMember("prepared", prepared.map { .object($0.members) } ?? .null),
            JSONMember("ready", .bool(ready)),
            JSONMember("key_set_version", .integer(keySetVersion)),
            JSONMember("product_version", .string(productVersion)),
        ]
        if let revertedSerial {
            members.append(JSONMember("reverted_serial", .integer(revertedSerial)))
        }
        if let problem { members.append(JSONMember("problem", .string(problem))) }
        return members
    }

    init(json: JSONValue) throws(PolicyMessageError) {
        func bundle(_ name: String) throws(PolicyMessageError) -> BundleReference? {
            guard let value = json[name], value != .null else { return nil }
            return try BundleReference(json: value)
        }
        guard case .bool(let ready)? = json["ready"] else {
            throw .malformed("`ready` must be true or false")
        }
        self.init(
            bootID: try json.requiredText("boot_id"),
            active: try bundle("active"),
            prepared: try bundle("prepared"),
            ready: ready,
            keySetVersion: try json.requiredInteger("key_set_version"),
            productVersion: try json.requiredText("product_version"),
            revertedSerial: try json["reverted_serial"].map { (_) throws(PolicyMessageError) in
                try json.requiredInteger("reverted_serial")
            },
            problem: json["problem"]?.text
        )
    }
}
