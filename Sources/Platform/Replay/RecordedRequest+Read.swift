// Reading a record: first what was decided and whether policy had a part in it, then what policy was
// asked. Every text is held to its grammar, so that what is made of it is safe to show and to type.

import ClawgressBytes
import ClawgressConfigTree
public import ClawgressJWS
import ClawgressModel

extension RecordedRequest {
    /// Reads a request's record.
    ///
    /// - Parameter record: the record's object; null where the log has it no longer.
    /// - Throws: `Unreplayable`.
    public init(_ record: JSONValue) throws(Unreplayable) {
        if record == .null { throw .notKept }
        guard record["event_version"]?.integer == 1, record["record"] == nil else {
            throw .notUnderstood
        }
        isAllowed = try Self.decision(of: record)
        guard let agent = record["agent_id"], agent != .null else { throw .noIdentity }
        let cut = record["truncated"]?.elements?.compactMap(\.text) ?? []
        guard !cut.contains(where: Self.judged.contains) else { throw .truncated }
        guard let agentID = agent.text, Identifier.isValid(agentID),
            let policyID = record["policy_id"]?.text, Identifier.isValid(policyID),
            let requestID = record["request_id"]?.text, Self.isID(requestID),
            let timestamp = record["timestamp"]?.text, let seconds = Self.seconds(timestamp),
            let host = record["destination_host"]?.text,
            let port = record["destination_port"]?.integer.flatMap({ UInt16(exactly: $0) }),
            port > 0,
            let method = record["http_method"]?.text, Self.isMethod(method)
        else { throw .notUnderstood }
        self.agentID = agentID
        self.policyID = policyID
        self.requestID = requestID
        self.timestamp = timestamp
        self.seconds = seconds
        self.host = host
        self.port = port
        self.method = method
        literal = try Self.literal(host)
        isTunnel = try Self.isTunnel(record)
        path = isTunnel ? "" : try Self.path(of: record)
        address = try Self.optional(record["destination_address"]) { IPAddress($0) }
        wouldAllow = try Self.optional(record["would_decision"]) { word in
            ["allow": true, "deny": false][word]
        }
    }

    /// Fields by which policy decides and which can be cut.
    private static let judged: Set<String> = ["destination_host", "http_method", "path"]

    /// Whether the request was let through.
    ///
    /// - Throws: what refused it, if it was neither policy nor an address.
    private static func decision(of record: JSONValue) throws(Unreplayable) -> Bool {
        switch record["decision"]?.text {
        case "allow": return true
        case "rate_limit": throw .rateLimited
        case "deny": break
        default: throw .notUnderstood
        }
        guard let reason = record["reason"]?.text.flatMap({ Reason(name: $0) }) else {
            throw .notUnderstood
        }
        if reason == .policyDenied || reason == .defaultDeny || reason.isAddress { return false }
        if reason.isTunnelContent { throw .tunnelContent }
        switch reason.reservedPolicyID?.description {
        case "malformed-request": throw .malformedRequest
        case "identity-required": throw .noIdentity
        default: throw .limits
        }
    }

    private static func isTunnel(_ record: JSONValue) throws(Unreplayable) -> Bool {
        switch record["protocol"]?.text {
        case "connect": true
        case "http": false
        default: throw .notUnderstood
        }
    }

    /// The path; a query, should one be recorded, is nothing that policy sees.
    private static func path(of record: JSONValue) throws(Unreplayable) -> String {
        guard record["redacted"] != .bool(true), let text = record["path"]?.text else {
            throw .pathHidden
        }
        let bytes = Array(text.utf8.prefix { $0 != UInt8(ascii: "?") })
        var out = ByteBuffer(capacity: max(bytes.count * 3, 16))
        guard (try? CanonicalPath.append(bytes.span, into: &out)) != nil, !out.overflowed,
            out.bytes.equals(bytes.span)
        else { throw .pathHidden }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The host as an address; nil for a name.
    ///
    /// - Throws: for a host that is not written as a gateway writes it.
    private static func literal(_ host: String) throws(Unreplayable) -> IPAddress? {
        if let address = IPAddress(host) {
            guard address.text == host else { throw .notUnderstood }
            return address
        }
        let bytes = Array(host.utf8)
        var out = ByteBuffer(capacity: 320)
        guard let parsed = try? AuthorityParser.parseHost(bytes.span, into: &out),
            parsed.kind == .name, out.bytes.extracting(parsed.host).equals(bytes.span)
        else { throw .notUnderstood }
        return nil
    }

    /// What a member says that may be null.
    private static func optional<Value>(
        _ member: JSONValue?,
        _ read: (String) -> Value?
    ) throws(Unreplayable) -> Value? {
        guard let member, member != .null else { return nil }
        guard let value = member.text.flatMap(read) else { throw .notUnderstood }
        return value
    }

    private static func isMethod(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 128 && text.utf8.allSatisfy(ASCII.isToken)
    }

    /// Whether it is a UUID as gateways write them.
    private static func isID(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12]
            && parts.joined().allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
            }
    }

    /// The whole seconds of `2026-11-26T09:00:00.000171Z`.
    private static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 27, bytes[19] == UInt8(ascii: "."),
            bytes[20..<26].allSatisfy(ASCII.isDigit), bytes[26] == UInt8(ascii: "Z")
        else { return nil }
        return Moment.seconds(String(decoding: bytes[..<19], as: UTF8.self) + "Z")
    }
}
