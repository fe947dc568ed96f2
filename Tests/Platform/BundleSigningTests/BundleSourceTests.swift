// Good sources, field by field.

import ClawgressBundle
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel
import Testing

@Suite("Sources")
struct BundleSourceTests {
    static let full = """
        agents:
          - {agent_id: crawler, team_id: research, project_id: atlas, environment: no}
          - {agent_id: "007", team_id: t, project_id: p, environment: e, status: disabled}
        issuers:
          - issuer: https://issuer.example
            audiences: [clawgress, other]
            life_seconds_max: 600
            key_files: [issuer.pub.jwk]
            claims: {agent_id: sub}
        destination_groups:
          registries: [pypi.org, "*.pythonhosted.org"]
        policies:
          - policy_id: everything
            version: 3
            priority: 5
            enabled: false
            mode: observe
            action: allow
            match:
              identity:
                agent_id: [crawler]
                team_id: [research]
                project_id: [atlas]
                environment: [no]
              destination: ["group:registries", "10.0.0.0/8:8443"]
              method: [GET, CONNECT]
              time: {days: [mon], from: 08:00, to: 18:00, zone: "+01:00"}
            resolves_to: [127.0.0.0/8]
            tls: any
            allow_broad: true
          - policy_id: smallest
            action: deny
            ech: refuse
        quotas:
          - {agent_id: crawler, rps_limit: 50, rpm_limit: 1000, mode: alert_only}
        default_quota: {rpm_limit: 3000}
        settings:
          static_hosts: {Origin.Test.: ["127.0.0.1", "::1"]}
          audit_on_failure: refuse
          protected_addresses: [10.0.0.0/8]
          limits: {head_bytes: 8192, hello_bytes: 4096, tunnel_ms: 0}
          tunnel: {allowed_ports: [443, 8000-8999], tls: any, ech: refuse}
          resolver: {servers: ["192.0.2.53:53", "[2001:DB8::53]:5353"], tries: 2, try_ms: 500}
          record: {query: true, redact_paths: ["/users/./*/tokens/**"]}
          alert: {spool_backlog_percent: 80, bundle_age_seconds: 600}
        """

    private static var settings: GatewaySettings {
        var resolver = ResolverSettings(servers: ["192.0.2.53", "[2001:db8::53]:5353"])
        resolver.tries = 2
        resolver.tryMilliseconds = 500
        var alert = AlertSettings()
        alert.spoolBacklogPercent = 80
        alert.bundleAgeSeconds = 600
        var limits = Limits()
        limits.headBytes = 8_192
        limits.helloBytes = 4_096
        limits.tunnelMilliseconds = 0
        return GatewaySettings(
            staticHosts: ["origin.test": ["127.0.0.1", "::1"]],
            limits: limits,
            auditOnFailure: .refuse,
            protectedAddresses: ["10.0.0.0/8"],
            tunnel: TunnelSettings(allowedPorts: ["443", "8000-8999"]),
            resolver: resolver,
            record: RecordSettings(query: true, redactPaths: ["/users/*/tokens/**"]),
            alert: alert
        )
    }

    @Test("reads every field")
    func everyField() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let key = try SigningKey.generate(.es256)
        try folder.write(key.publicJWK.jsonText, to: "issuer.pub.jwk")
        // `tls: any` wants explicit ports only.
        let text = Self.full.replacing("\"group:registries\", ", with: "")
        try folder.write(text, to: "clawgress.yaml")
        let snapshot = try BundleSource.load(folder.path, now: 0).snapshot

        #expect(snapshot.agents.map(\.agentID) == ["crawler", "007"])
        #expect(snapshot.agents[0].environment == "no")
        #expect(snapshot.agents[1].status == .disabled)
        #expect(
            snapshot.issuers == [
                TokenIssuer(
                    issuer: "https://issuer.example",
                    audiences: ["clawgress", "other"],
                    keys: [key.publicJWK.jsonText],
                    lifeSecondsMax: 600,
                    claims: ClaimNames(agentID: "sub")
                )
            ]
        )
        #expect(snapshot.destinationGroups["registries"] == ["pypi.org", "*.pythonhosted.org"])
        #expect(
            snapshot.policies[0]
                == Policy(
                    policyID: "everything",
                    version: 3,
                    priority: 5,
                    enabled: false,
                    mode: .observe,
                    action: .allow,
                    match: PolicyMatch(
                        identity: IdentityMatch(
                            agents: ["crawler"],
                            teams: ["research"],
                            projects: ["atlas"],
                            environments: ["no"]
                        ),
                        destination: ["10.0.0.0/8:8443"],
                        method: ["GET", "CONNECT"],
                        time: TimeWindow(days: ["mon"], from: "08:00", to: "18:00", zone: "+01:00")
                    ),
                    resolvesTo: ["127.0.0.0/8"],
                    tls: .any,
                    allowBroad: true
                )
        )
        #expect(snapshot.policies[1] == Policy(policyID: "smallest", action: .deny, ech: .refuse))
        #expect(
            snapshot.quotas
                == [Quota(agentID: "crawler", rpsLimit: 50, rpmLimit: 1_000, mode: .alertOnly)]
        )
        #expect(snapshot.defaultQuota == Quota(agentID: nil, rpsLimit: nil, rpmLimit: 3_000))
        #expect(snapshot.settings == Self.settings)
    }

    @Test("reads the file as well as the folder, and inline keys as well as key sets")
    func placesAndKeys() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let first = try SigningKey.generate(.edDSA)
        let second = try SigningKey.generate(.ps256)
        try folder.write("{\"keys\":[\(second.publicJWK.jsonText)]}", to: "set.json")
        try folder.write(
            """
            issuers:
              - issuer: i
                audiences: [a]
                keys: [\(first.publicJWK.jsonText)]
                key_files: [set.json]
            """,
            to: "clawgress.yaml"
        )
        let source = try BundleSource.load(folder.path + "/clawgress.yaml", now: 0)
        #expect(source.folder == folder.path)
        let keys = [first.publicJWK.jsonText, second.publicJWK.jsonText]
        #expect(source.snapshot.issuers[0].keys == keys)
    }

    @Test("an empty source is legal, denies everything, and says so", arguments: ["", "# only\n"])
    func empty(text: String) throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try folder.write(text, to: "clawgress.yaml")
        let source = try BundleSource.load(folder.path, now: 0)
        #expect(source.snapshot == Snapshot())
        #expect(source.warnings == ["no agent is declared, so every request will be refused"])
    }

    @Test("leaves out the keys of agents that are gone, and says so")
    func orphanedKeys() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try folder.write(
            "agents: [{agent_id: a, team_id: t, project_id: p, environment: e}]",
            to: "clawgress.yaml"
        )
        var keys = KeyFile()
        let record = APIKeyRecord(
            keyID: "abcdefghijkl",
            digest: String(repeating: "0", count: 64),
            createdAt: 0
        )
        try keys.add(record, for: "gone", now: 0)
        try keys.save(folder: folder.path)
        let source = try BundleSource.load(folder.path, now: 0)
        #expect(source.snapshot.agents[0].keys.isEmpty)
        #expect(source.warnings.contains { $0.contains("`gone`") && $0.contains("left out") })
    }

    @Test("passes the policy set's warnings on")
    func warnings() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try folder.write(
            """
            agents: [{agent_id: a, team_id: t, project_id: p, environment: e}]
            policies:
              - policy_id: by-path
                action: allow
                match: {destination: [example.com], path_prefix: [/docs]}
            """,
            to: "clawgress.yaml"
        )
        let source = try BundleSource.load(folder.path, now: 0)
        #expect(source.warnings.allSatisfy { $0.hasPrefix("policy `by-path`") })
    }

    @Test("a missing source is an error of its file")
    func missing() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let error = #expect(throws: SourceError.self) {
            try BundleSource.load(folder.path, now: 0)
        }
        guard case .file(let problem) = error else {
            Issue.record("not an error of a file")
            return
        }
        #expect(problem.isMissingFile && problem.path == folder.path + "/clawgress.yaml")
    }
}
