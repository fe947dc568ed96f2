// Private keys at rest: only the passphrase opens them, and only unchanged.

import ClawgressBundleSigning
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressSealing
import Foundation
import Testing

@Suite("Sealed keys")
struct SealedKeyTests {
    /// Cheap, so that many guesses can be tried; nothing else depends on the cost.
    static let cheap = SealedBytes.Cost(rounds: 16, blockSize: 8, parallelism: 1)

    let passphrase: Passphrase
    let key: SigningKey

    init() throws {
        passphrase = try Passphrase(Array("correct horse".utf8))
        key = try SigningKey.generate(.edDSA)
    }

    @Test("opens with the passphrase and signs as before", arguments: SignatureAlgorithm.allCases)
    func roundTrip(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey.generate(algorithm, keyID: "k1")
        let sealed = try SealedKey(sealing: key, with: passphrase, cost: Self.cheap)
        let opened = try SealedKey(file: sealed.fileBytes).open(with: passphrase)
        #expect(opened.privateJWK == key.privateJWK)
        #expect(sealed.keyID == "k1")
        let signature = try opened.signature(over: [1, 2, 3])
        try key.verificationKey.verify(signature: signature, signingInput: [1, 2, 3])
    }

    @Test("the standard cost is the one of the design, and works")
    func standardCost() throws {
        #expect(SealedBytes.Cost.standard == .init(rounds: 32_768, blockSize: 8, parallelism: 3))
        let sealed = try SealedKey(sealing: key, with: passphrase)
        #expect(try sealed.open(with: passphrase).privateJWK == key.privateJWK)
    }

    @Test("nothing of the private part is in the file, and no two files are alike")
    func hidesTheKey() throws {
        let first = try SealedKey(sealing: key, with: passphrase, cost: Self.cheap).fileBytes
        let second = try SealedKey(sealing: key, with: passphrase, cost: Self.cheap).fileBytes
        #expect(first != second)
        let secret = try #require(key.privateJWK["d"]?.text)
        #expect(!String(decoding: first, as: UTF8.self).contains(secret))
    }

    @Test("refuses another passphrase")
    func wrongPassphrase() throws {
        let sealed = try SealedKey(sealing: key, with: passphrase, cost: Self.cheap)
        for text in ["correct horsf", "correct horse ", "Correct horse"] {
            let other = try Passphrase(Array(text.utf8))
            #expect(throws: SealingError.passphraseWrong) { try sealed.open(with: other) }
        }
    }

    @Test("drops line ends after a passphrase, and nothing else")
    func lineEnds() throws {
        let sealed = try SealedKey(sealing: key, with: passphrase, cost: Self.cheap)
        for end in ["\n", "\r\n", "\n\n"] {
            let typed = try Passphrase(Array(("correct horse" + end).utf8))
            #expect(try sealed.open(with: typed).keyID == key.keyID)
        }
    }

    @Test("refuses passphrases that are too short or too long", arguments: [0, 7, 1_025])
    func lengths(count: Int) {
        #expect(throws: SealingError.passphraseLength) {
            try Passphrase([UInt8](repeating: 0x61, count: count) + [0x0A])
        }
    }

    @Test("refuses every change of the file")
    func tampering() throws {
        let bytes = try SealedKey(sealing: key, with: passphrase, cost: Self.cheap).fileBytes
        for place in bytes.indices.dropLast() {
            var changed = bytes
            changed[place] =
                changed[place] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
            #expect(throws: SealingError.self, "byte \(place)") {
                try SealedKey(file: changed).open(with: passphrase)
            }
        }
    }

    @Test("refuses another file's box under this file's name")
    func exchangedBoxes() throws {
        let other = try SigningKey.generate(.edDSA)
        let first = try object(SealedKey(sealing: key, with: passphrase, cost: Self.cheap))
        var second = try object(SealedKey(sealing: other, with: passphrase, cost: Self.cheap))
        second["box"] = first["box"]
        second["salt"] = first["salt"]
        let mixed = try JSONSerialization.data(withJSONObject: second)
        #expect(throws: SealingError.passphraseWrong) {
            try SealedKey(file: Array(mixed)).open(with: passphrase)
        }
    }

    @Test(
        "refuses parameters that would exhaust the machine, before it derives anything",
        arguments: [
            ["n": 1 << 30, "r": 8, "p": 1], ["n": 1 << 20, "r": 32, "p": 1],
            ["n": 32_768, "r": 8, "p": 1_000], ["n": 32_769, "r": 8, "p": 1],
            ["n": 0, "r": 8, "p": 1], ["n": -2, "r": 8, "p": 1], ["n": 16, "r": 0, "p": 1],
        ]
    )
    func parameters(cost: [String: Int]) throws {
        var file = try object(SealedKey(sealing: key, with: passphrase, cost: Self.cheap))
        file["cost"] = cost
        let planted = try JSONSerialization.data(withJSONObject: file)
        #expect(throws: SealingError.parametersRefused) {
            try SealedKey(file: Array(planted)).open(with: passphrase)
        }
    }

    @Test("names the format, derivation or cipher that it does not know")
    func unknownNames() throws {
        for name in ["format", "derivation", "cipher"] {
            var file = try object(SealedKey(sealing: key, with: passphrase, cost: Self.cheap))
            file[name] = "rot13"
            let other = try JSONSerialization.data(withJSONObject: file)
            #expect(throws: SealingError.formatUnknown("rot13")) {
                try SealedKey(file: Array(other))
            }
        }
    }

    @Test("refuses what is no sealed key", arguments: ["", "{}", "[]", "not json", "\u{0}"])
    func notSealed(text: String) {
        #expect(throws: SealingError.notSealed) { try SealedKey(file: Array(text.utf8)) }
    }

    @Test("a passphrase never prints")
    func secrecy() {
        #expect("\(passphrase)" == "a passphrase")
    }

    private func object(_ sealed: SealedKey) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(sealed.fileBytes))
        return try #require(value as? [String: Any])
    }
}
