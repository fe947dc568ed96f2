// API Activity (class 6003) of what an operator did, or tried to.

import ClawgressAuditIndex
import ClawgressJWS

extension OCSFEvent {
    /// The members of a record that have a place of their own.
    private static let adminMembers: Set<String> = [
        "action", "actor", "event_id", "reason", "record", "service_id", "source_address",
        "subject", "summary", "timestamp",
    ]

    /// The event; nil if there is no action, or no end that it came from.
    static func admin(_ source: OCSFSource) -> OCSFObject? {
        guard let action = source.text("action"), let origin = adminOrigin(source) else {
            return nil
        }
        let activity = activity(of: action)
        let result = source.text("result")
        let resource = named(source.text("subject"))
        var event = OCSFObject()
        // Allowed, Denied; what could not be done was neither.
        event.set("action_id", result == "ok" ? 1 : result == "refused" ? 2 : 0)
        event.set("activity_id", activity)
        if activity == 99 { event.set("activity_name", action) }
        event.set("actor", adminActor(source.text("actor")))
        event.set("api", api(source, action))
        event.set("category_uid", 6)
        event.set("class_uid", 6_003)
        event.set("message", source.text("summary"))
        event.set("metadata", source.metadata(["security_control"]))
        event.set("resources", resource.map { JSONValue.array([$0]) })
        event.set("severity_id", result == "ok" ? 1 : 3)
        event.set("src_endpoint", origin)
        event.set("status_detail", source.text("reason"))
        event.set("status_id", result == "ok" ? 1 : 2)
        event.set("time", source.milliseconds)
        event.set("type_uid", 600_300 + activity)
        event.set("unmapped", source.rest(adminMembers))
        return event
    }

    /// Where it came from: what the control plane does by itself comes from the service.
    private static func adminOrigin(_ source: OCSFSource) -> JSONValue? {
        guard let address = source.text("source_address") else {
            return named(source.text("service_id"))
        }
        var origin = OCSFObject()
        origin.set("ip", address)
        return origin.value
    }

    private static func api(_ source: OCSFSource, _ action: String) -> JSONValue {
        var api = OCSFObject()
        api.set("operation", action)
        var request = OCSFObject()
        request.set("uid", source.record.id)
        api.set("request", request.whole)
        var response = OCSFObject()
        response.set("error", source.text("reason"))
        api.set("response", response.whole)
        api.set("service", named(source.text("service_id")))
        return api.value
    }

    /// Who did it: a user; in brackets, the control plane by itself; or nobody that was proved.
    private static func adminActor(_ name: String?) -> JSONValue {
        var user = OCSFObject()
        user.set("name", name ?? "unknown")
        let isSystem = name.map { $0.hasPrefix("(") } ?? false
        user.set("type_id", name == nil ? 0 : isSystem ? 3 : 1)
        var actor = OCSFObject()
        actor.set("user", user.value)
        return actor.value
    }

    /// Create, Update, Delete; Other for what is none of them, such as a login.
    private static func activity(of action: String) -> Int64 {
        switch action {
        case "token.create", "key.create", "gateway.enrolment-token": return 1
        case "configure", "commit", "confirm", "revert", "user.password", "gateway.maintenance":
            return 3
        case "token.revoke", "key.revoke", "gateway.revoke": return 4
        default:
            if action.hasSuffix(".put") { return 3 }
            return action.hasSuffix(".delete") ? 4 : 99
        }
    }
}
