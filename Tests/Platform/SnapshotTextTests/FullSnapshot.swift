// A snapshot in which every member has a value, and every text that differs from it in one place.

import ClawgressJWS
import ClawgressModel

enum FullSnapshot {
    static var value: Snapshot {
        let key = APIKeyRecord(keyID: "k1", digest: "00", createdAt: 1, expiresAt: 2, revokedAt: 3)
        let identity = IdentityMatch(
            agents: ["a"],
            teams: ["t"],
            projects: ["p"],
            environments: ["e"]
        )
        let match = PolicyMatch(
            identity: identity,
            destination: ["group:g", "\"quoted\" \\ / \u{1}\u{1F}\u{8}\t\n\u{C}\r\u{7F} ö 😀"],
            method: ["GET"],
            pathPrefix: ["/"],
            time: TimeWindow(days: ["mon"], from: "08:00", to: "18:00")
        )
        var alert = AlertSettings()
        alert.bundleAgeSeconds = 600
        return Snapshot(
            epoch: 2,
            serial: 9_007_199_254_740_993,
            revision: "sha256:00",
            issuedAt: 1_800_000_000,
            agents: [
                Agent(agentID: "a", teamID: "t", projectID: "p", environment: "e", keys: [key])
            ],
            issuers: [TokenIssuer(issuer: "https://i", audiences: ["c"], keys: ["{}"])],
            destinationGroups: ["g": ["x.com"], "a": [], "g-2": ["y.com", "z.com"]],
            policies: [
                Policy(policyID: "p", action: .allow, match: match, resolvesTo: ["::/8"]),
                Policy(policyID: "q", action: .deny),
            ],
            quotas: [Quota(agentID: "a", rpsLimit: 1, rpmLimit: 2, mode: .alertOnly)],
            defaultQuota: Quota(agentID: nil, rpsLimit: 3, rpmLimit: nil),
            settings: GatewaySettings(
                staticHosts: ["h.test": ["192.0.2.1"]],
                protectedAddresses: ["192.0.2.0/24"],
                tunnel: TunnelSettings(allowedPorts: ["443"]),
                resolver: ResolverSettings(servers: ["192.0.2.53"]),
                record: RecordSettings(query: true, redactPaths: ["/users/*"]),
                alert: alert
            ),
            configuration: "sha256:11",
            confirmBy: 1_800_000_600
        )
    }
}

/// A text that differs from the full snapshot's in one place.
struct Change {
    /// Such as `policies[3].action`; empty for the outermost value.
    let path: String
    let whole: JSONValue

    /// Every change of one value inside `value`.
    ///
    /// - Parameter change: other values for one value, each with the name of the member that
    ///   the change is about, if it is about one.
    static func all(
        in value: JSONValue,
        at path: String = "",
        _ change: (JSONValue) -> [(member: String?, value: JSONValue)]
    ) -> [Change] {
        var found = change(value).map { changed in
            Change(
                path: changed.member.map { join(path, $0) } ?? path,
                whole: changed.value
            )
        }
        switch value {
        case .object(let members):
            for (place, member) in members.enumerated() {
                for inner in all(in: member.value, at: join(path, member.name), change) {
                    var changed = members
                    changed[place].value = inner.whole
                    found.append(Change(path: inner.path, whole: .object(changed)))
                }
            }
        case .array(let elements):
            for place in elements.indices {
                for inner in all(in: elements[place], at: "\(path)[\(place)]", change) {
                    var changed = elements
                    changed[place] = inner.whole
                    found.append(Change(path: inner.path, whole: .array(changed)))
                }
            }
        default: break
        }
        return found
    }

    private static func join(_ path: String, _ name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }
}
