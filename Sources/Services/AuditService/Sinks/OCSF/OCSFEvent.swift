// Records as events of the Open Cybersecurity Schema Framework, version 1.8.0: requests are HTTP
// Activity, what operators do is API Activity. Gaps and signs of life tell of the recording and not of
// an activity, so they have no event there. Pure.

import ClawgressAuditIndex
import ClawgressJWS
import ClawgressModel

/// Writes events.
public enum OCSFEvent {
    /// The version of the schema.
    public static let schemaVersion = "1.8.0"

    /// The event of a record as one line of JSON; nil if it has none.
    ///
    /// - Parameter log: the name of the log.
    public static func line(of record: SinkRecord, log: String) -> [UInt8]? {
        guard let value = try? StrictJSON.read(record.bytes.span), let time = record.facts.time
        else { return nil }
        let source = OCSFSource(
            value: value,
            record: record,
            milliseconds: time / 1_000,
            log: log
        )
        let event: OCSFObject? =
            switch record.facts.kind {
            case .request: request(source)
            case .admin: admin(source)
            case .gap, .heartbeat, .other: nil
            }
        return event.map { Array($0.value.jsonText.utf8) }
    }
}

/// An object that is being made: what has no value is not in it.
struct OCSFObject {
    private var members: [JSONMember] = []

    var value: JSONValue { .object(members) }
    /// The object if there is anything in it.
    var whole: JSONValue? { members.isEmpty ? nil : value }

    mutating func set(_ name: String, _ value: JSONValue?) {
        if let value { members.append(JSONMember(name, value)) }
    }

    mutating func set(_ name: String, _ text: String?) {
        if let text { members.append(JSONMember(name, .string(text))) }
    }

    mutating func set(_ name: String, _ number: Int64?) {
        if let number { members.append(JSONMember(name, .integer(number))) }
    }
}

/// A record and what is asked of it.
struct OCSFSource {
    let value: JSONValue
    let record: SinkRecord
    /// Since 1970 UTC.
    let milliseconds: Int64
    let log: String

    func text(_ name: String) -> String? { value[name]?.text }
    func integer(_ name: String) -> Int64? { value[name]?.integer }

    /// Every member that is not in `used`, under its own name: nothing is lost.
    func rest(_ used: Set<String>) -> JSONValue? {
        let members = value.members?.filter { !used.contains($0.name) && $0.value != .null }
        guard let members, !members.isEmpty else { return nil }
        return .object(members)
    }

    /// `metadata`, which every event must have.
    func metadata(_ profiles: [String]) -> JSONValue {
        var product = OCSFObject()
        product.set("name", "Clawgress")
        product.set("vendor_name", "Clawgress")
        product.set("version", Product.version)
        var metadata = OCSFObject()
        metadata.set("log_name", log)
        metadata.set("product", product.value)
        metadata.set("profiles", JSONValue.array(profiles.map(JSONValue.string)))
        metadata.set("sequence", Int64(record.index))
        metadata.set("uid", record.id)
        metadata.set("version", OCSFEvent.schemaVersion)
        return metadata.value
    }
}
