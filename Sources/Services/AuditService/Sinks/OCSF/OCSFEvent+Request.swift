// HTTP Activity (class 4002) of a request. What the schema has no place for is under `unmapped`.

import ClawgressAuditIndex
import ClawgressJWS

extension OCSFEvent {
    private static let methods: [String: Int64] = [
        "CONNECT": 1, "DELETE": 2, "GET": 3, "HEAD": 4, "OPTIONS": 5, "POST": 6, "PUT": 7,
        "TRACE": 8, "PATCH": 9,
    ]

    /// The members of a record that have a place of their own.
    private static let requestMembers: Set<String> = [
        "agent_id", "bytes_in", "bytes_out", "client_address", "client_port", "decision",
        "destination_address", "destination_host", "destination_port", "duration_ms",
        "gateway_id", "path", "policy_id", "policy_version", "reason", "request_id", "scheme",
        "status", "timestamp",
    ]

    /// The event; nil if neither end is known, of which the class wants one.
    static func request(_ source: OCSFSource) -> OCSFObject? {
        let (client, origin) = (client(source), origin(source))
        guard client != nil || origin != nil else { return nil }
        let method = source.text("http_method")
        let known = method.flatMap { methods[$0] }
        let activity = known ?? (method == nil ? 0 : 99)
        var event = OCSFObject()
        event.set("activity_id", activity)
        if activity == 99 { event.set("activity_name", method) }
        event.set("actor", actor(source))
        event.set("category_uid", 4)
        event.set("class_uid", 4_002)
        event.set("connection_info", connection)
        event.set("dst_endpoint", origin)
        event.set("duration", source.integer("duration_ms"))
        event.set("http_request", httpRequest(source, known == nil ? nil : method))
        event.set("http_response", response(source))
        event.set("metadata", source.metadata(["host", "network_proxy", "security_control"]))
        event.set("policy", policy(source))
        event.set("proxy_endpoint", named(source.text("gateway_id")))
        event.set("src_endpoint", client)
        event.set("time", source.milliseconds)
        event.set("traffic", traffic(source))
        event.set("type_uid", 400_200 + activity)
        setOutcome(&event, source)
        let used = known == nil ? requestMembers : requestMembers.union(["http_method"])
        event.set("unmapped", source.rest(used))
        return event
    }

    /// What was decided, and what came of it.
    private static func setOutcome(_ event: inout OCSFObject, _ source: OCSFSource) {
        // Action: Allowed, Denied; disposition: Allowed, Blocked, Rejected; severity:
        // Informational, Medium, Low; zero is Unknown.
        let (action, disposition, severity): (Int64, Int64, Int64) =
            switch source.record.facts.decision {
            case .allow?: (1, 1, 1)
            case .deny?: (2, 2, 3)
            case .rateLimit?: (2, 25, 2)
            case nil: (0, 0, 0)
            }
        event.set("action_id", action)
        event.set("disposition_id", disposition)
        event.set("severity_id", severity)
        event.set("status_code", source.integer("status").map { "\($0)" })
        event.set("status_detail", source.text("reason"))
        event.set("status_id", source.text("outcome") == "completed" ? 1 : 2)
    }

    private static func client(_ source: OCSFSource) -> JSONValue? {
        guard let address = source.text("client_address") else { return nil }
        var client = OCSFObject()
        client.set("ip", address)
        client.set("port", source.integer("client_port"))
        return client.value
    }

    private static func origin(_ source: OCSFSource) -> JSONValue? {
        var origin = OCSFObject()
        origin.set("hostname", source.text("destination_host"))
        origin.set("ip", source.text("destination_address"))
        // A port alone is no endpoint.
        guard origin.whole != nil else { return nil }
        origin.set("port", source.integer("destination_port"))
        return origin.value
    }

    /// TCP, from inside to outside.
    private static var connection: JSONValue {
        var connection = OCSFObject()
        connection.set("direction_id", 2)
        connection.set("protocol_name", "tcp")
        connection.set("protocol_num", 6)
        return connection.value
    }

    private static func actor(_ source: OCSFSource) -> JSONValue? {
        guard let agent = source.text("agent_id") else { return nil }
        var user = OCSFObject()
        user.set("name", agent)
        user.set("type_id", 4)
        user.set("uid", agent)
        var actor = OCSFObject()
        actor.set("user", user.value)
        return actor.value
    }

    private static func httpRequest(_ source: OCSFSource, _ method: String?) -> JSONValue {
        var request = OCSFObject()
        request.set("http_method", method)
        request.set("uid", source.record.id)
        request.set("url", url(source))
        return request.value
    }

    private static func url(_ source: OCSFSource) -> JSONValue? {
        let (host, path) = (source.text("destination_host"), source.text("path"))
        let port = source.integer("destination_port")
        var url = OCSFObject()
        // One of path and text is a must; a tunnel has no path.
        if let path {
            url.set("path", path)
        } else if let host {
            let name = host.contains(":") ? "[\(host)]" : host
            url.set("url_string", port.map { "\(name):\($0)" } ?? name)
        } else {
            return nil
        }
        url.set("hostname", host)
        url.set("port", port)
        url.set("scheme", source.text("scheme"))
        return url.value
    }

    private static func response(_ source: OCSFSource) -> JSONValue? {
        var response = OCSFObject()
        response.set("code", source.integer("status"))
        return response.whole
    }

    private static func policy(_ source: OCSFSource) -> JSONValue? {
        guard let id = source.text("policy_id") else { return nil }
        var policy = OCSFObject()
        policy.set("is_applied", JSONValue.bool(true))
        policy.set("uid", id)
        policy.set("version", source.integer("policy_version").map { "\($0)" })
        return policy.value
    }

    private static func traffic(_ source: OCSFSource) -> JSONValue? {
        guard let received = source.integer("bytes_in"), let sent = source.integer("bytes_out")
        else { return nil }
        var traffic = OCSFObject()
        traffic.set("bytes", received &+ sent)
        traffic.set("bytes_in", received)
        traffic.set("bytes_out", sent)
        return traffic.value
    }

    /// An object that is nothing but a name.
    static func named(_ name: String?) -> JSONValue? {
        var object = OCSFObject()
        object.set("name", name)
        return object.whole
    }
}
