// Settings of tunnels, resolution, records and alerts. Texts are brought to the spelling that the
// control plane's configuration would have.

import ClawgressModel
import Yams

extension SourceReader {
    /// Reads `tunnel`: what travels, and what policies take over before they do.
    func tunnel(_ node: Node) -> (TunnelSettings, TunnelDefaults) {
        let keys = ["allowed_ports", "tls", "ech"]
        var defaults = TunnelDefaults()
        guard let fields = fields(node, of: "`tunnel`", keys: keys) else {
            return (TunnelSettings(), defaults)
        }
        defaults.content =
            fields.optionalChoice("tls", [.require, .any]) ?? defaults.content
        defaults.encryptedHello =
            fields.optionalChoice("ech", [.allow, .refuse]) ?? defaults.encryptedHello
        let ports = texts(fields, "allowed_ports", "no port such as `443` or `8000-8999`") {
            PortRange($0) == nil ? nil : $0
        }
        return (TunnelSettings(allowedPorts: ports), defaults)
    }

    /// Reads `resolver`.
    func resolver(_ node: Node) -> ResolverSettings {
        var settings = ResolverSettings()
        let names = ResolverSettings.named.map(\.name)
        guard let fields = fields(node, of: "`resolver`", keys: ["servers"] + names) else {
            return settings
        }
        let what = "no address of a server such as `192.0.2.53` or `[2001:db8::53]:5353`"
        settings.servers = texts(fields, "servers", what) { NameServer($0)?.text }
        for (name, number) in ResolverSettings.named {
            let range = ResolverSettings.range(of: number)
            settings[keyPath: number] = fields.integer(name, in: range) ?? settings[keyPath: number]
        }
        return settings
    }

    /// Reads `record`.
    func record(_ node: Node) -> RecordSettings {
        guard let fields = fields(node, of: "`record`", keys: ["query", "redact_paths"]) else {
            return RecordSettings()
        }
        let what = "no pattern of paths such as `/users/*/tokens/**`"
        return RecordSettings(
            query: fields.bool("query", default: false),
            redactPaths: texts(fields, "redact_paths", what) { PathPattern($0)?.text }
        )
    }

    /// Reads `alert`.
    func alert(_ node: Node) -> AlertSettings {
        var settings = AlertSettings()
        let keys = ["spool_backlog_percent", "audit_unreachable_seconds", "bundle_age_seconds"]
        guard let fields = fields(node, of: "`alert`", keys: keys) else { return settings }
        settings.spoolBacklogPercent =
            fields.integer(keys[0], in: AlertSettings.percents) ?? settings.spoolBacklogPercent
        settings.auditUnreachableSeconds =
            fields.integer(keys[1], in: AlertSettings.seconds) ?? settings.auditUnreachableSeconds
        settings.bundleAgeSeconds = fields.integer(keys[2], in: AlertSettings.seconds)
        return settings
    }

    /// The texts of a list, each in the spelling that `read` gives it.
    private func texts(
        _ fields: SourceFields,
        _ key: String,
        _ what: String,
        _ read: (String) -> String?
    ) -> [String] {
        (fields.texts(key) ?? []).compactMap { entry in
            guard let text = read(entry.text) else {
                report("`\(entry.text)` is \(what)", at: entry.node)
                return nil
            }
            return text
        }
    }
}
