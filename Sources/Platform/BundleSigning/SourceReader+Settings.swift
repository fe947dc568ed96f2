// Settings that all gateways share. The names of limits are those of the snapshot's own coding,
// so that a new limit needs no second list here.

import ClawgressBytes
import ClawgressJWS
import ClawgressModel
import Yams

extension SourceReader {
    /// Reads `settings`, and with them what holds for policies that say nothing of their tunnels.
    func settings(_ node: Node) -> (GatewaySettings, TunnelDefaults) {
        let keys = [
            "static_hosts", "audit_on_failure", "protected_addresses", "limits", "tunnel",
            "resolver", "record", "alert",
        ]
        guard let fields = fields(node, of: "`settings`", keys: keys) else {
            return (GatewaySettings(), TunnelDefaults())
        }
        let protected = fields.texts("protected_addresses") ?? []
        for entry in protected where AddressBlock(entry.text) == nil {
            report("`\(entry.text)` is no address block such as `10.0.0.0/8`", at: entry.node)
        }
        let (tunnel, defaults) =
            fields["tunnel"].map { self.tunnel($0) } ?? (TunnelSettings(), TunnelDefaults())
        let settings = GatewaySettings(
            staticHosts: fields["static_hosts"].map { staticHosts($0) } ?? [:],
            limits: fields["limits"].map { limits($0) } ?? Limits(),
            auditOnFailure: fields.choice(
                "audit_on_failure",
                [.proceed, .refuse],
                default: .proceed
            ) ?? .proceed,
            protectedAddresses: protected.map(\.text),
            tunnel: tunnel,
            resolver: fields["resolver"].map { resolver($0) } ?? ResolverSettings(),
            record: fields["record"].map { record($0) } ?? RecordSettings(),
            alert: fields["alert"].map { alert($0) } ?? AlertSettings()
        )
        return (settings, defaults)
    }

    private func staticHosts(_ node: Node) -> [String: [String]] {
        var hosts: [String: [String]] = [:]
        for (name, value) in entries(node, of: "`static_hosts`") {
            guard let host = canonicalName(name.text) else {
                report("`\(name.text)` is no valid host name", at: name.node)
                continue
            }
            let addresses = elements(value, of: name.text) ?? []
            if addresses.isEmpty { report("`\(name.text)` needs an address", at: value) }
            hosts[host] = addresses.compactMap { address(of: name.text, $0) }
        }
        return hosts
    }

    private func address(of name: String, _ node: Node) -> String? {
        guard let text = text(node, name) else { return nil }
        guard IPAddress(text) != nil else {
            report("`\(text)` is no address such as `192.0.2.1` or `2001:db8::1`", at: node)
            return nil
        }
        return text
    }

    /// The name in lower case without trailing dot, or nil.
    private func canonicalName(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        var out = ByteBuffer(capacity: 320)
        guard let parsed = try? AuthorityParser.parseHost(bytes.span, into: &out),
            parsed.kind == .name
        else { return nil }
        return out.bytes.extracting(parsed.host).string()
    }

    private func limits(_ node: Node) -> Limits {
        var limits = Limits()
        let names = Limits.named.map(\.name).sorted()
        guard let fields = fields(node, of: "`limits`", keys: names) else { return limits }
        for (name, limit) in Limits.named {
            // Two bounds can be switched off; without any other a peer could hold a gateway.
            let least = ["total_ms", "tunnel_ms"].contains(name) ? 0 : 1
            if let value = fields.integer(name, in: least...Int(Int32.max)) {
                limits[keyPath: limit] = value
            }
        }
        return limits
    }
}
