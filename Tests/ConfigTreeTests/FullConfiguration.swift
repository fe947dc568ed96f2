// A snapshot in which everything is set, and nothing to what it is by default.

import ClawgressModel

enum FullConfiguration {
    static var snapshot: Snapshot {
        var snapshot = Snapshot(
            agents: [agent, Agent(agentID: "b", teamID: "t", projectID: "p", environment: "e")],
            issuers: [issuer],
            destinationGroups: ["g": ["*.y.test", "x.test"]],
            policies: [policy, Policy(policyID: "q", action: .deny)],
            quotas: [Quota(agentID: "a", rpsLimit: 1, rpmLimit: 2, mode: .alertOnly)],
            defaultQuota: Quota(agentID: nil, rpsLimit: 3, rpmLimit: nil)
        )
        snapshot.settings = GatewaySettings(
            staticHosts: ["h.test": ["192.0.2.1", "2001:db8::1"]],
            auditOnFailure: .refuse,
            protectedAddresses: ["192.0.2.0/24"],
            tunnel: TunnelSettings(allowedPorts: ["443", "8000-8999"]),
            resolver: resolver,
            record: RecordSettings(query: true, redactPaths: ["/a/*/b/**", "/users/*"]),
            alert: alert
        )
        for (_, limit) in Limits.named {
            snapshot.settings.limits[keyPath: limit] = Limits.range(of: limit).upperBound
        }
        return snapshot
    }

    private static var resolver: ResolverSettings {
        var resolver = ResolverSettings(servers: ["192.0.2.53", "[2001:db8::53]:5353"])
        for (_, number) in ResolverSettings.named {
            resolver[keyPath: number] = ResolverSettings.range(of: number).upperBound
        }
        return resolver
    }

    private static var alert: AlertSettings {
        var alert = AlertSettings()
        alert.spoolBacklogPercent = 80
        alert.auditUnreachableSeconds = 60
        alert.bundleAgeSeconds = 600
        return alert
    }

    private static var agent: Agent {
        let key = APIKeyRecord(
            keyID: "abcdefghijkl",
            digest: String(repeating: "0a", count: 32),
            createdAt: 1_800_000_000,
            expiresAt: 1_900_000_000,
            revokedAt: 1_850_000_000
        )
        return Agent(
            agentID: "a",
            teamID: "t",
            projectID: "p",
            environment: "e",
            status: .disabled,
            keys: [key]
        )
    }

    private static var issuer: TokenIssuer {
        TokenIssuer(
            issuer: "https://i.test",
            audiences: ["c", "d e"],
            keys: [
                #"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","#
                    + #""alg":"EdDSA","kid":"1","use":"sig"}"#
            ],
            lifeSecondsMax: 60,
            claims: ClaimNames(agentID: "1", teamID: "2", projectID: "3", environment: "4")
        )
    }

    private static var policy: Policy {
        Policy(
            policyID: "p",
            version: 7,
            priority: 0,
            enabled: false,
            mode: .observe,
            action: .allow,
            match: PolicyMatch(
                identity: IdentityMatch(
                    agents: ["a", "b"],
                    teams: ["t"],
                    projects: ["p"],
                    environments: ["e"]
                ),
                destination: ["*.x.test:8443", "group:g"],
                method: ["CONNECT", "GET"],
                pathPrefix: ["/", "/a;v=1"],
                time: TimeWindow(days: ["mon", "sun"], from: "08:00", to: "24:00", zone: "+05:30")
            ),
            resolvesTo: ["10.0.0.0/8", "fd00::/8"],
            tunnels: .ignore,
            tls: .any,
            ech: .refuse,
            allowBroad: true
        )
    }
}
