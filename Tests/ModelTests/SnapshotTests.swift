// The names in a bundle are a contract between signer and gateways: written out here in full,
// so that a renamed property cannot rename a field.

import ClawgressModel
import Foundation
import Testing

@Suite("Snapshot")
struct SnapshotTests {
    private func fields(_ value: some Encodable) throws -> [String: Any] {
        let data = try JSONEncoder().encode(value)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private var full: Snapshot {
        let key = APIKeyRecord(
            keyID: "k1",
            digest: "00",
            createdAt: 1,
            expiresAt: 2,
            revokedAt: 3
        )
        let match = PolicyMatch(
            identity: IdentityMatch(
                agents: ["a"],
                teams: ["t"],
                projects: ["p"],
                environments: ["e"]
            ),
            destination: ["group:g"],
            method: ["GET"],
            pathPrefix: ["/"],
            time: TimeWindow(days: ["mon"], from: "08:00", to: "18:00")
        )
        return Snapshot(
            agents: [
                Agent(agentID: "a", teamID: "t", projectID: "p", environment: "e", keys: [key])
            ],
            issuers: [TokenIssuer(issuer: "https://i", audiences: ["c"], keys: ["{}"])],
            destinationGroups: ["g": ["x.com"]],
            policies: [Policy(policyID: "p", action: .allow, match: match, resolvesTo: ["::/8"])],
            quotas: [Quota(agentID: "a", rpsLimit: 1, rpmLimit: 2, mode: .alertOnly)],
            defaultQuota: Quota(agentID: nil, rpsLimit: 3, rpmLimit: nil)
        )
    }

    @Test("is the same after encoding and decoding")
    func roundTrip() throws {
        let data = try JSONEncoder().encode(full)
        #expect(try JSONDecoder().decode(Snapshot.self, from: data) == full)
        #expect(full.format == Snapshot.formatName)
    }

    @Test("spells the fields of specification section 9 as the specification does")
    func names() throws {
        #expect(
            Set(try fields(full).keys) == [
                "format", "epoch", "serial", "revision", "issued_at", "agents", "issuers",
                "destination_groups", "policies", "quotas", "default_quota", "settings",
            ]
        )
        #expect(
            Set(try fields(full.agents[0]).keys) == [
                "agent_id", "team_id", "project_id", "environment", "status", "keys",
            ]
        )
        #expect(
            Set(try fields(full.agents[0].keys[0]).keys) == [
                "key_id", "digest", "created_at", "expires_at", "revoked_at",
            ]
        )
        #expect(
            Set(try fields(full.issuers[0]).keys) == [
                "issuer", "audiences", "keys", "life_seconds_max", "claims",
            ]
        )
        #expect(
            Set(try fields(full.quotas[0]).keys) == ["agent_id", "rps_limit", "rpm_limit", "mode"]
        )
        #expect(try fields(full.quotas[0])["mode"] as? String == "alert_only")
    }

    @Test("spells the fields of a policy as its source does")
    func policyNames() throws {
        let policy = try fields(full.policies[0])
        #expect(
            Set(policy.keys) == [
                "policy_id", "version", "priority", "enabled", "mode", "action", "match",
                "resolves_to", "tunnels", "tls", "ech", "allow_broad",
            ]
        )
        let match = try #require(policy["match"] as? [String: Any])
        #expect(
            Set(match.keys) == ["identity", "destination", "method", "path_prefix", "time"]
        )
        let identity = try #require(match["identity"] as? [String: Any])
        #expect(Set(identity.keys) == ["agent_id", "team_id", "project_id", "environment"])
        let time = try #require(match["time"] as? [String: Any])
        #expect(Set(time.keys) == ["days", "from", "to", "zone"])
        #expect(policy["priority"] as? Int == 1_000)
        #expect(policy["tls"] as? String == "require")
        #expect(policy["ech"] as? String == "allow")
    }

    @Test("spells the settings as the source does, and has safe defaults")
    func settings() throws {
        let settings = try fields(GatewaySettings())
        #expect(
            Set(settings.keys) == [
                "static_hosts", "limits", "audit_on_failure", "protected_addresses",
            ]
        )
        #expect(settings["audit_on_failure"] as? String == "continue")
        let limits = try fields(Limits())
        #expect(limits["head_bytes"] as? Int == 65_536)
        #expect(limits["hello_bytes"] as? Int == 16_384)
        #expect(limits["tunnel_ms"] as? Int == 86_400_000)
        for (name, value) in limits where name != "total_ms" {
            #expect((value as? Int ?? 0) > 0, "\(name)")
        }
    }
}
