// Every way in which a bundle is refused, and the one in which it is taken.

import ClawgressBundle
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel
import Foundation
import Testing

@Suite("Signed bundles")
struct SignedBundleTests {
    let key: SigningKey

    init() throws {
        key = try SigningKey.generate(.edDSA)
    }

    @Test("takes what the trusted key signed, and gives back the same snapshot")
    func roundTrip() throws {
        let snapshot = BundleFixtures.snapshot()
        let bytes = try BundleFixtures.sign(snapshot.canonicalJSON(), with: key)
        let taken = try SignedBundle.verify(bytes, trustedKeys: [key.verificationKey])
        #expect(taken == snapshot)
        #expect(taken.order == BundleOrder(epoch: 1, serial: 7))
    }

    @Test("takes one line feed after the text, and no other white space")
    func trailingLineFeed() throws {
        let bytes = try signed(BundleFixtures.snapshot())
        #expect(rejection(bytes + [0x0A]) == nil)
        #expect(rejection(bytes + [0x0A, 0x0A]) == .malformed(.malformedBase64))
        #expect(rejection([0x20] + bytes) == .malformed(.malformedBase64))
    }

    @Test("picks the signing key among several trusted ones")
    func severalKeys() throws {
        let other = try SigningKey.generate(.edDSA)
        let bytes = try signed(BundleFixtures.snapshot())
        let keys = [other.verificationKey, key.verificationKey]
        #expect(BundleFixtures.rejection(of: bytes, trusting: keys) == nil)
    }

    @Test("refuses a bundle that is longer than the limit")
    func tooLarge() {
        let count = SignedBundle.bytesMax + 1
        let bytes = [UInt8](repeating: UInt8(ascii: "A"), count: count)
        #expect(rejection(bytes) == .tooLarge(bytes: count))
    }

    @Test("refuses what is no compact JWS", arguments: ["", "a.b", "{}", "a.b.c.d", "..."])
    func malformed(text: String) {
        #expect(rejection(Array(text.utf8))?.code == "bundle_malformed")
    }

    @Test("refuses a text that was signed for something else", arguments: ["JWT", nil])
    func wrongType(type: String?) throws {
        let payload = BundleFixtures.snapshot().canonicalJSON()
        let bytes = try BundleFixtures.sign(payload, with: key, type: type)
        #expect(rejection(bytes) == .wrongType(type))
    }

    @Test("refuses other algorithms, also of trusted keys")
    func otherAlgorithm() throws {
        let other = try SigningKey.generate(.es256)
        let payload = BundleFixtures.snapshot().canonicalJSON()
        let bytes = try BundleFixtures.sign(payload, with: other)
        let refusal = BundleFixtures.rejection(of: bytes, trusting: [other.verificationKey])
        #expect(refusal == .algorithmRefused("ES256"))
    }

    @Test("refuses a key that is not trusted, and says which")
    func unknownKey() throws {
        let stranger = try SigningKey.generate(.edDSA)
        let payload = BundleFixtures.snapshot().canonicalJSON()
        let bytes = try BundleFixtures.sign(payload, with: stranger)
        #expect(rejection(bytes) == .keyUnknown(stranger.keyID))
        #expect(
            BundleFixtures.rejection(of: bytes, trusting: []) == .keyUnknown(stranger.keyID)
        )
    }

    @Test("refuses the signature of a stranger under the trusted key's name")
    func forgedName() throws {
        let stranger = try SigningKey.generate(.edDSA, keyID: key.keyID)
        let payload = BundleFixtures.snapshot().canonicalJSON()
        #expect(rejection(try BundleFixtures.sign(payload, with: stranger)) == .signatureInvalid)
    }

    @Test("refuses every change of one character of the payload's text")
    func changedPayload() throws {
        let bytes = try signed(BundleFixtures.snapshot())
        let first = try #require(bytes.firstIndex(of: UInt8(ascii: ".")))
        let last = try #require(bytes.lastIndex(of: UInt8(ascii: ".")))
        for place in stride(from: first + 1, to: last, by: 7) {
            var changed = bytes
            changed[place] =
                changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            // The last character of the part may have unused bits, which is malformed instead.
            let refusal = rejection(changed)
            #expect(refusal == .signatureInvalid || refusal == .malformed(.malformedBase64))
        }
    }

    @Test("refuses a format of the future by its name")
    func unknownFormat() throws {
        let future = #"{"format":"clawgress-bundle-v2","rules":[]}"#
        let bytes = try BundleFixtures.sign(Array(future.utf8), with: key)
        #expect(rejection(bytes) == .formatUnknown("clawgress-bundle-v2"))
    }

    @Test("refuses a known shape under an unknown name")
    func renamedFormat() throws {
        var snapshot = BundleFixtures.snapshot()
        snapshot.format = "clawgress-bundle-v9"
        #expect(rejection(try signed(snapshot)) == .formatUnknown("clawgress-bundle-v9"))
    }

    @Test("says where the content stops being a snapshot")
    func malformedContent() throws {
        let good = String(decoding: BundleFixtures.snapshot().canonicalJSON(), as: UTF8.self)
        let cases = [
            (
                #""action":"allow""#, #""action":"permit""#,
                "`policies[0].action` has an unknown value"
            ),
            (#""serial":7"#, #""serial":"7""#, "`serial` has the wrong type"),
            (#""serial":7"#, #""serials":7"#, "`serial` is missing"),
            (#""serial":7"#, #""serial":-7"#, "epoch and serial cannot be negative"),
            (#""team_id":"research""#, #""team_id":null"#, "`agents[0].team_id` is null"),
            (#"{"agents""#, #"{"agents"#, "it is not valid json"),
        ]
        for (old, new, problem) in cases {
            let changed = good.replacingOccurrences(of: old, with: new)
            try #require(changed != good)
            let bytes = try BundleFixtures.sign(Array(changed.utf8), with: key)
            #expect(rejection(bytes) == .contentMalformed(problem))
        }
    }

    @Test("refuses a revision that is not the content's")
    func wrongRevision() throws {
        var snapshot = BundleFixtures.snapshot()
        let stated = snapshot.revision
        snapshot.policies = []
        let actual = snapshot.contentRevision()
        #expect(
            rejection(try signed(snapshot)) == .revisionMismatch(stated: stated, actual: actual)
        )
    }

    @Test("takes the revision of the text, wherever it was published and however long it stays")
    func revisionOfText() throws {
        var snapshot = BundleFixtures.snapshot()
        for (serial, confirmBy) in [(0, nil), (.max, 1), (8, .max)] as [(Int64, Int64?)] {
            snapshot.serial = serial
            snapshot.confirmBy = confirmBy
            #expect(rejection(try signed(snapshot)) == nil)
        }
    }

    @Test(
        "refuses another spelling of the same content",
        arguments: [
            ("{\"agents\"", "{ \"agents\""), (",\"epoch\"", ", \"epoch\""),
            ("/simple", "\\/simple"),
            (",\"policies\":", ",\"policies\": "),
        ]
    )
    func otherSpelling(old: String, new: String) throws {
        let snapshot = BundleFixtures.snapshot()
        let good = String(decoding: snapshot.canonicalJSON(), as: UTF8.self)
        let changed = good.replacingOccurrences(of: old, with: new)
        try #require(changed != good)
        #expect(try SnapshotReader.read(Array(changed.utf8)) == snapshot)
        let bytes = try BundleFixtures.sign(Array(changed.utf8), with: key)
        guard case .revisionMismatch(snapshot.revision, _) = rejection(bytes) else {
            Issue.record("it was not refused for its revision")
            return
        }
    }

    @Test("refuses members that it does not know, because the signer meant something by them")
    func unknownMember() throws {
        let good = String(decoding: BundleFixtures.snapshot().canonicalJSON(), as: UTF8.self)
        let changed =
            good
            .replacingOccurrences(of: #""policies":["#, with: #""vetoes":["x"],"policies":["#)
        let bytes = try BundleFixtures.sign(Array(changed.utf8), with: key)
        #expect(rejection(bytes) == .contentMalformed("`vetoes` is unknown"))
    }

    private func signed(_ snapshot: Snapshot) throws -> [UInt8] {
        try BundleFixtures.sign(snapshot.canonicalJSON(), with: key)
    }

    private func rejection(_ bytes: [UInt8]) -> BundleRejection? {
        BundleFixtures.rejection(of: bytes, trusting: [key.verificationKey])
    }
}
