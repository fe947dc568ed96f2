// Settings that all gateways share, and every limit under the name that its documentation has.
//
// What came later than the first bundles is written only where something is set in it: who sets
// nothing keeps the bytes, and so the revision, that a configuration always had.

import ClawgressJWS
import ClawgressModel

extension GatewaySettings {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init(
            staticHosts: try members.namedTexts("static_hosts"),
            limits: try members.required("limits", Limits.init),
            auditOnFailure: try members.word("audit_on_failure"),
            protectedAddresses: try members.texts("protected_addresses"),
            tunnel: try members.optional("tunnel", TunnelSettings.init) ?? TunnelSettings(),
            resolver: try members.optional("resolver", ResolverSettings.init)
                ?? ResolverSettings(),
            record: try members.optional("record", RecordSettings.init) ?? RecordSettings(),
            alert: try members.optional("alert", AlertSettings.init) ?? AlertSettings()
        )
        try members.end()
    }

    var json: JSONValue {
        .object(present: [
            ("alert", alert == AlertSettings() ? nil : alert.json),
            ("audit_on_failure", .word(auditOnFailure)),
            ("limits", limits.json),
            ("protected_addresses", .texts(protectedAddresses)),
            ("record", record == RecordSettings() ? nil : record.json),
            ("resolver", resolver == ResolverSettings() ? nil : resolver.json),
            ("static_hosts", .named(staticHosts)),
            ("tunnel", tunnel == TunnelSettings() ? nil : tunnel.json),
        ])
    }
}

extension Limits {
    init(_ value: JSONValue) throws(MemberProblem) {
        var members = try Members(value)
        self.init()
        for (name, limit) in Self.named { self[keyPath: limit] = try members.count(name) }
        try members.end()
    }

    var json: JSONValue {
        .sorted(Self.named.map { JSONMember($0.name, .count(self[keyPath: $0.limit])) })
    }
}
