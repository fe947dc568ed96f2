// Every way in which a key set is refused, and what a set then lets a bundle do.

import ClawgressBundle
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel
import Foundation
import Testing

@Suite("Key sets")
struct KeySetTests {
    let root: SigningKey
    let first: SigningKey
    let second: SigningKey

    init() throws {
        root = try SigningKey.generate(.edDSA, keyID: "root")
        first = try SigningKey.generate(.edDSA, keyID: "first")
        second = try SigningKey.generate(.edDSA, keyID: "second")
    }

    private func set(version: Int64 = 3, epoch: Int64 = 1) throws -> KeySet {
        try KeySet(
            version: version,
            epoch: epoch,
            entries: [entry(first), entry(second, 500, 900)]
        )
    }

    private func entry(
        _ key: SigningKey,
        _ notBefore: Int64 = 100,
        _ notAfter: Int64 = 600
    ) -> KeySet.Entry {
        KeySet.Entry(key: key.verificationKey, notBefore: notBefore, notAfter: notAfter)
    }

    private func sign(
        _ payload: String,
        with key: SigningKey,
        type: String? = KeySet.mediaType
    ) throws -> [UInt8] {
        try BundleFixtures.sign(Array(payload.utf8), with: key, type: type)
    }

    private func rejection(_ bytes: [UInt8]) -> KeySetRejection? {
        do throws(KeySetRejection) {
            _ = try KeySet.verify(bytes, rootKey: root.verificationKey)
            return nil
        } catch {
            return error
        }
    }

    @Test("takes what the root key signed, and gives back the same set")
    func roundTrip() throws {
        let set = try set()
        let bytes = try sign(set.json.jsonText, with: root)
        #expect(try KeySet.verify(bytes, rootKey: root.verificationKey) == set)
        #expect(try KeySet.verify(bytes + [0x0A], rootKey: root.verificationKey) == set)
        #expect(set.entry("second")?.notAfter == 900)
        #expect(set.entry("third") == nil && set.entry(nil) == nil)
    }

    @Test("refuses what the root key did not sign as a key set")
    func notTheRoots() throws {
        let text = try set().json.jsonText
        #expect(rejection(try sign(text, with: first)) == .keyUnknown("first"))
        let stranger = try SigningKey.generate(.edDSA, keyID: "root")
        #expect(rejection(try sign(text, with: stranger)) == .signatureInvalid)
        let bundle = try sign(text, with: root, type: SignedBundle.mediaType)
        #expect(rejection(bundle) == .wrongType(SignedBundle.mediaType))
        let other = try SigningKey.generate(.es256, keyID: "root")
        #expect(rejection(try sign(text, with: other)) == .algorithmRefused("ES256"))
        #expect(rejection(Array("a.b".utf8))?.code == "key_set_malformed")
        let long = [UInt8](repeating: 65, count: KeySet.bytesMax + 1)
        #expect(rejection(long) == .tooLarge(bytes: long.count))
    }

    @Test(
        "says what is wrong with the content",
        arguments: [
            (#""version":3"#, #""version":0"#, "`version` must be at least 1"),
            (#""version":3"#, #""version":"3""#, "a member has the wrong type"),
            (#""epoch":1"#, #""epoch":-1"#, "`epoch` cannot be negative"),
            (#""epoch":1"#, #""epochs":1"#, "the key set has the unknown member `epochs`"),
            (#""epoch":1,"#, "", "the key set lacks a member"),
            (#""not_after":900"#, #""not_after":500"#, "`keys[1]` ends before it begins"),
            (#""not_after":900"#, #""end":900"#, "`keys[1]` has the unknown member `end`"),
            (#""kid":"second""#, #""kid":"first""#, "`keys[1]` has a name twice"),
            (
                #""kty":"OKP""#, #""kty":"oct""#,
                "`keys[0]` is no public key (`key_type_unsupported`)"
            ),
            ("{", "[", "it is not valid json"),
        ]
    )
    func content(old: String, new: String, problem: String) throws {
        let text = try set().json.jsonText
        let place = try #require(text.range(of: old))
        let changed = text.replacingCharacters(in: place, with: new)
        #expect(rejection(try sign(changed, with: root)) == .contentMalformed(problem))
    }

    @Test("refuses a format of the future by its name")
    func format() throws {
        let future = #"{"format":"clawgress-key-set-v2"}"#
        #expect(
            rejection(try sign(future, with: root)) == .formatUnknown("clawgress-key-set-v2")
        )
    }

    @Test("has one to sixteen Ed25519 keys, and never the root key")
    func keys() throws {
        #expect(throws: KeySetRejection.self) {
            try KeySet(version: 1, epoch: 1, entries: [])
        }
        let many = try (0..<17).map { entry(try .generate(.edDSA, keyID: "k\($0)")) }
        #expect(throws: KeySetRejection.self) {
            try KeySet(version: 1, epoch: 1, entries: many)
        }
        let other = entry(try .generate(.es256))
        #expect(throws: KeySetRejection.contentMalformed("`keys[0]` is no Ed25519 key")) {
            try KeySet(version: 1, epoch: 1, entries: [other])
        }
        let own = try KeySet(version: 1, epoch: 1, entries: [entry(root)])
        #expect(
            rejection(try sign(own.json.jsonText, with: root))
                == .contentMalformed("the root key signs key sets only")
        )
    }

    @Test("follows an older set or itself, and no newer one and no other one of its version")
    func order() throws {
        let held = try set(version: 3)
        try held.requireNotOlder(than: nil)
        try held.requireNotOlder(than: held)
        try set(version: 4).requireNotOlder(than: held)
        #expect(throws: KeySetRejection.older(offered: 2, held: 3)) {
            try set(version: 2).requireNotOlder(than: held)
        }
        #expect(throws: KeySetRejection.versionReused(3)) {
            try set(version: 3, epoch: 2).requireNotOlder(than: held)
        }
    }

    @Test("a bundle is taken from a key of the set within the key's time")
    func bundle() throws {
        let set = try set()
        let bytes = try BundleFixtures.sign(BundleFixtures.snapshot().canonicalJSON(), with: second)
        for now: Int64? in [500, 899, nil] {
            #expect(
                try SignedBundle.verify(bytes, keySet: set, at: now) == BundleFixtures.snapshot()
            )
        }
        for now: Int64 in [0, 499, 900] {
            #expect(throws: BundleRejection.keyNotValid("second")) {
                try SignedBundle.verify(bytes, keySet: set, at: now)
            }
        }
        let without = try KeySet(version: 4, epoch: 1, entries: [entry(first)])
        #expect(throws: BundleRejection.keyUnknown("second")) {
            try SignedBundle.verify(bytes, keySet: without, at: nil)
        }
    }

    @Test("a bundle's epoch is at most the one that the root key allows")
    func epoch() throws {
        let set = try set(epoch: 2)
        for epoch: Int64 in [1, 2] {
            let content = BundleFixtures.snapshot(epoch: epoch).canonicalJSON()
            let bytes = try BundleFixtures.sign(content, with: first)
            #expect(try SignedBundle.verify(bytes, keySet: set, at: 200).epoch == epoch)
        }
        let content = BundleFixtures.snapshot(epoch: 3).canonicalJSON()
        let bytes = try BundleFixtures.sign(content, with: first)
        #expect(throws: BundleRejection.epochNotAllowed(offered: 3, allowed: 2)) {
            try SignedBundle.verify(bytes, keySet: set, at: 200)
        }
    }

    @Test("has a stable code and one sentence for each refusal")
    func sentences() {
        let all: [KeySetRejection] = [
            .tooLarge(bytes: 9), .malformed(.malformedCompact), .wrongType(nil),
            .algorithmRefused("ES256"), .keyUnknown(nil), .signatureInvalid,
            .formatUnknown("v9"), .contentMalformed("p"), .older(offered: 1, held: 2),
            .versionReused(1),
        ]
        #expect(Set(all.map(\.code)).count == 10)
        for rejection in all {
            #expect(rejection.code.hasPrefix("key_set_"))
            #expect(!rejection.description.hasSuffix(".") && !rejection.description.contains("\n"))
        }
    }
}
