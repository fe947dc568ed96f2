// The compact form: structure, sizes, headers, and signatures that must not survive a change.

import ClawgressBytes
import ClawgressJWS
import ClawgressJWSSigning
import TestKit
import Testing

@Suite("Compact JWS")
struct CompactJWSTests {
    private let key: SigningKey

    init() throws {
        key = try SigningKey.generate(.edDSA, keyID: "test")
    }

    private func refusal(_ text: String, bytesMax: Int = 8_192) -> String? {
        let bytes = Array(text.utf8)
        do throws(JWSError) {
            _ = try CompactJWS(parsing: bytes.span, bytesMax: bytesMax)
            return nil
        } catch {
            return error.code
        }
    }

    /// A text with the verbatim header, validly signed.
    private func signed(header: String, payload: String = "{}") throws -> String {
        let input =
            Base64.encode(header.utf8, .urlSafe) + "."
            + Base64.encode(payload.utf8, .urlSafe)
        return input + "."
            + Base64.encode(try key.signature(over: Array(input.utf8)), .urlSafe)
    }

    @Test("takes a signed text apart and verifies it")
    func acceptsSignedText() throws {
        let text = try key.sign(header: [JSONMember("typ", .string("JWT"))], payload: [1, 2, 3])
        let bytes = Array(text.utf8)
        let parsed = try CompactJWS(parsing: bytes.span)
        try parsed.verify(with: key.verificationKey)
        #expect(parsed.payload == [1, 2, 3])
        #expect(parsed.header.algorithm == .edDSA)
        #expect(parsed.header.keyID == "test")
        #expect(parsed.header.type == "JWT")
        #expect(parsed.signature.count == 64)
    }

    @Test("judges protected headers, whatever their signature")
    func judgesHeaders() throws {
        for example in try cases("headers") {
            let header = try #require(example["header"]?.text)
            let expected = try #require(example["expect"]?.text)
            let found = refusal(try signed(header: header)) ?? "accepted"
            #expect(found == expected, "\(example["name"]?.text ?? header)")
        }
    }

    @Test(
        "refuses everything but three parts",
        arguments: [
            "", ".", "..", "a.b", "a..c", ".b.c", "a.b.", "a.b.c.d", "...", "abc",
        ]
    )
    func refusesOtherStructure(text: String) {
        #expect(refusal(text) == "malformed_compact")
    }

    @Test("refuses padding, other alphabets, white space and unused bits in each part")
    func refusesLenientBase64() throws {
        let parts = try key.sign(payload: Array("payload!".utf8)).split(separator: ".")
        for place in 0..<3 {
            for damage in ["=", "==", "+", "/", " ", "\n", "*", "é"] {
                var changed = parts.map(String.init)
                changed[place] += damage
                #expect(refusal(changed.joined(separator: ".")) == "malformed_base64")
            }
        }
        // 64 bytes of signature leave four unused bits in the last of 86 characters.
        let last = try #require(parts[2].last)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let value = try #require(alphabet.firstIndex(of: last))
        let signature = String(parts[2].dropLast()) + String(alphabet[value + 1])
        #expect(refusal("\(parts[0]).\(parts[1]).\(signature)") == "malformed_base64")
    }

    @Test("refuses a text longer than the limit, and takes one of the limit")
    func boundsTheSize() throws {
        let text = try key.sign(payload: [UInt8](repeating: 0x20, count: 500))
        #expect(refusal(text, bytesMax: text.utf8.count) == nil)
        #expect(refusal(text, bytesMax: text.utf8.count - 1) == "too_large")
        #expect(refusal(String(repeating: "a", count: 8_193)) == "too_large")
    }

    @Test("refuses a key whose algorithm is not the header's")
    func refusesOtherAlgorithm() throws {
        let text = try signed(header: "{\"alg\":\"ES256\"}")
        let bytes = Array(text.utf8)
        let parsed = try CompactJWS(parsing: bytes.span)
        #expect(throws: JWSError.algorithmMismatch) { try parsed.verify(with: key.verificationKey) }
    }

    @Test("never verifies a text with any one character changed")
    func refusesEveryChange() throws {
        let text = Array(try key.sign(payload: Array("{\"a\":1}".utf8)).utf8)
        for place in text.indices {
            for byte in Array("A_.=0z".utf8) where byte != text[place] {
                var changed = text
                changed[place] = byte
                #expect(!isValid(changed), "byte \(place) as \(byte)")
            }
        }
    }

    @Test("survives random changes without verifying one of them")
    func survivesMutations() throws {
        var generator = SplitMix64(seed: 2)
        let text = Array(try key.sign(payload: Array("{\"iss\":\"me\"}".utf8)).utf8)
        var verified = 0
        for _ in 0..<5_000 {
            let changed = mutated(text, by: &generator)
            guard isValid(changed) else { continue }
            // Changes can undo each other; then the text is the signed one.
            #expect(changed == text)
            verified += 1
        }
        #expect(verified < 100)
        #expect(isValid(text))
    }

    private func isValid(_ text: [UInt8]) -> Bool {
        do throws(JWSError) {
            try CompactJWS(parsing: text.span).verify(with: key.verificationKey)
            return true
        } catch {
            return false
        }
    }
}
