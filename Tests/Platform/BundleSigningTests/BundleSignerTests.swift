// What is signed is what a gateway takes.

import ClawgressBundle
import ClawgressBundleSigning
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel
import Testing

@Suite("Signing bundles")
struct BundleSignerTests {
    let snapshot = Snapshot(
        agents: [
            Agent(agentID: "a", teamID: "t", projectID: "p", environment: "e")
        ],
        policies: [Policy(policyID: "none", action: .deny)]
    )

    @Test("stamps place, time and revision, and a gateway takes the result")
    func roundTrip() throws {
        let key = try SigningKey.generate(.edDSA)
        let order = BundleOrder(epoch: 3, serial: 12)
        let stamped = BundleSigner.stamp(snapshot, as: order, issuedAt: 99)
        #expect(stamped.order == order && stamped.issuedAt == 99)
        #expect(stamped.revision == snapshot.contentRevision())
        let bundle = try BundleSigner.sign(stamped, with: key)
        #expect(try SignedBundle.verify(bundle, trustedKeys: [key.verificationKey]) == stamped)
    }

    @Test("signs with Ed25519 only")
    func otherKeys() throws {
        let stamped = BundleSigner.stamp(
            snapshot,
            as: BundleOrder(epoch: 1, serial: 1),
            issuedAt: 0
        )
        let key = try SigningKey.generate(.es256)
        #expect(throws: BundleSigningError.keyNotEdDSA) {
            try BundleSigner.sign(stamped, with: key)
        }
    }

    @Test("does not sign what a gateway would refuse")
    func unstamped() throws {
        let key = try SigningKey.generate(.edDSA)
        let actual = snapshot.contentRevision()
        #expect(
            throws: BundleSigningError.rejected(.revisionMismatch(stated: "", actual: actual))
        ) {
            try BundleSigner.sign(snapshot, with: key)
        }
    }
}
