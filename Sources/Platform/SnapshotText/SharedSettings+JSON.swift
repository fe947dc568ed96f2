// The groups of settings that all gateways share: tunnels, resolution, records, alerts.

import ClawgressJWS
import ClawgressModel

extension TunnelSettings {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(allowedPorts: try members.texts("allowed_ports"))
        try members.end()
    }

    var json: JSONValue { .object(present: [("allowed_ports", .texts(allowedPorts))]) }
}

extension ResolverSettings {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(servers: try members.texts("servers"))
        for (name, number) in Self.named { self[keyPath: number] = try members.count(name) }
        try members.end()
    }

    var json: JSONValue {
        .sorted(
            Self.named.map { JSONMember($0.name, .count(self[keyPath: $0.number])) }
                + [JSONMember("servers", .texts(servers))]
        )
    }
}

extension RecordSettings {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            query: try members.flag("query"),
            redactPaths: try members.texts("redact_paths")
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [("query", .bool(query)), ("redact_paths", .texts(redactPaths))])
    }
}

extension AlertSettings {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init()
        auditUnreachableSeconds = try members.count("audit_unreachable_seconds")
        bundleAgeSeconds = try members.optionalCount("bundle_age_seconds")
        spoolBacklogPercent = try members.count("spool_backlog_percent")
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("audit_unreachable_seconds", .count(auditUnreachableSeconds)),
            ("bundle_age_seconds", bundleAgeSeconds.map(JSONValue.count)),
            ("spool_backlog_percent", .count(spoolBacklogPercent)),
        ])
    }
}
