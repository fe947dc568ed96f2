// A small valid snapshot, keys, and bundles that differ from a good one in exactly one way.

import ClawgressBundle
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel

enum BundleFixtures {
    static func snapshot(epoch: Int64 = 1, serial: Int64 = 7) -> Snapshot {
        var snapshot = Snapshot(
            epoch: epoch,
            serial: serial,
            issuedAt: 1_800_000_000,
            agents: [
                Agent(
                    agentID: "crawler",
                    teamID: "research",
                    projectID: "atlas",
                    environment: "production"
                )
            ],
            destinationGroups: ["registries": ["pypi.org", "*.pythonhosted.org"]],
            policies: [
                Policy(
                    policyID: "allow-registries",
                    action: .allow,
                    match: PolicyMatch(destination: ["group:registries"], pathPrefix: ["/simple"])
                )
            ],
            quotas: [Quota(agentID: "crawler", rpsLimit: 5, rpmLimit: nil)]
        )
        snapshot.revision = snapshot.contentRevision()
        return snapshot
    }

    /// Signs `payload` as a bundle, with the header's type replaced if one is given.
    static func sign(
        _ payload: [UInt8],
        with key: SigningKey,
        type: String? = SignedBundle.mediaType
    ) throws -> [UInt8] {
        let members = type.map { [JSONMember("typ", .string($0))] } ?? []
        return Array(try key.sign(header: members, payload: payload).utf8)
    }

    /// The rejection of `bytes`, or nil if they are taken.
    static func rejection(
        of bytes: [UInt8],
        trusting keys: [VerificationKey]
    ) -> BundleRejection? {
        do throws(BundleRejection) {
            _ = try SignedBundle.verify(bytes, trustedKeys: keys)
            return nil
        } catch {
            return error
        }
    }
}
