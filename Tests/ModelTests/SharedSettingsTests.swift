// What all gateways share beside limits: spellings, bounds, and what holds where policies are
// silent.

import ClawgressModel
import Testing

@Suite("Shared settings")
struct SharedSettingsTests {
    @Test(
        "reads ports and ranges in their one spelling",
        arguments: [
            ("443", 443, 443), ("1-65535", 1, 65_535), ("8000-8999", 8_000, 8_999),
        ] as [(String, UInt16, UInt16)]
    )
    func ports(_ text: String, _ first: UInt16, _ last: UInt16) throws {
        let range = try #require(PortRange(text))
        #expect(range.first == first && range.last == last)
        #expect(range.contains(first) && range.contains(last))
        #expect(first == 1 || !range.contains(first - 1))
        #expect(last == .max || !range.contains(last + 1))
    }

    @Test(
        "refuses what is no port, and a second spelling of one",
        arguments: [
            "", "0", "0-9", "65536", "0443", "+443", "443-", "-443", "443-443", "2-1", "1-2-3",
            " 1",
        ]
    )
    func noPorts(_ text: String) {
        #expect(PortRange(text) == nil)
    }

    @Test(
        "reads name servers and brings them to one spelling",
        arguments: [
            ("192.0.2.53", "192.0.2.53", "192.0.2.53:53"),
            ("192.0.2.53:53", "192.0.2.53", "192.0.2.53:53"),
            ("192.0.2.53:5353", "192.0.2.53:5353", "192.0.2.53:5353"),
            ("2001:DB8::53", "2001:db8::53", "[2001:db8::53]:53"),
            ("[2001:db8::53]:53", "2001:db8::53", "[2001:db8::53]:53"),
            ("[2001:db8::53]:54", "[2001:db8::53]:54", "[2001:db8::53]:54"),
        ]
    )
    func servers(_ word: String, _ text: String, _ withPort: String) throws {
        let server = try #require(NameServer(word))
        #expect(server.text == text)
        #expect(server.withPort == withPort)
        #expect(NameServer(text) == server)
    }

    @Test(
        "refuses what is no name server",
        arguments: [
            "", "ns.example", "ns.example:53", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536",
            "[192.0.2.53]:53", "[2001:db8::53]", "192.0.2.53:1-2",
        ]
    )
    func noServers(_ text: String) {
        #expect(NameServer(text) == nil)
    }

    @Test("opens every port where none is named, and else the named ones")
    func allowedPorts() {
        #expect(TunnelSettings().refusal(ofPort: 22) == nil)
        let some = TunnelSettings(allowedPorts: ["443", "8000-8999"])
        #expect(some.refusal(ofPort: 443) == nil)
        #expect(some.refusal(ofPort: 8_500) == nil)
        #expect(some.refusal(ofPort: 22) == .tunnelPortRefused)
    }

    @Test("gives defaults to policies that open tunnels and say nothing, and to no others")
    func tunnelDefaults() {
        var defaults = TunnelDefaults()
        func settled(
            _ action: Policy.Action,
            _ methods: [String]?,
            tls: Policy.TunnelContent? = nil,
            ech: Policy.EncryptedHello? = nil
        ) -> String {
            let match = PolicyMatch(method: methods)
            var policy = Policy(policyID: "p", action: action, match: match)
            policy.setTunnelContent(tls, ech, defaults: defaults)
            return "\(policy.tls) \(policy.ech)"
        }
        #expect(settled(.allow, nil) == "require allow")
        defaults.encryptedHello = .refuse
        #expect(settled(.allow, nil) == "require refuse")
        #expect(settled(.allow, nil, ech: .allow) == "require allow")
        #expect(settled(.allow, nil, tls: .any) == "any allow")
        #expect(settled(.allow, ["GET"]) == "require allow")
        #expect(settled(.deny, nil) == "require allow")
        defaults.content = .any
        #expect(settled(.allow, nil) == "any allow")
        #expect(settled(.allow, ["GET", "CONNECT"]) == "any allow")
        #expect(settled(.allow, nil, tls: .require) == "require refuse")
        #expect(settled(.deny, nil) == "require allow")
    }

    @Test("finds what is out of bounds, and says where")
    func problems() {
        var settings = GatewaySettings()
        #expect(settings.problems().isEmpty)
        settings.tunnel.allowedPorts = (1...65).map { "\($0)" }
        settings.resolver.servers = ["ns.example"]
        settings.resolver.tries = 0
        settings.resolver.keptSecondsMin = 301
        settings.record.redactPaths = ["/no-star"]
        settings.alert.spoolBacklogPercent = 100
        settings.alert.bundleAgeSeconds = 0
        #expect(
            settings.problems().map(\.description) == [
                "`gateway tunnel allowed-port`: there are 65, at most 64 can be",
                "`gateway resolver server`: `ns.example` is no address of a server",
                "`gateway resolver tries`: it is 0, but must be 1 to 10",
                "`gateway resolver ttl-min-seconds`: 301 is more than `ttl-max-seconds` 300",
                "`gateway record redact-path`: `/no-star` is no pattern of paths",
                "`gateway alert spool-backlog-percent`: it is 100, but must be 1 to 99",
                "`gateway alert bundle-age-seconds`: it is 0, but must be 1 to 2592000",
            ]
        )
    }
}
