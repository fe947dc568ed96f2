// One encoding for one secret: every other spelling of the same bytes is refused.

import ClawgressBytes
import TestKit
import Testing

@Suite("Base64")
struct Base64Tests {
    @Test(
        "knows the vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
    )
    func vectors(plain: String, encoded: String) {
        #expect(Base64.encode(plain.utf8, .standard) == encoded)
        #expect(Base64.decode(encoded, .standard) == Array(plain.utf8))
        let bare = encoded.replacing("=", with: "")
        #expect(Base64.encode(plain.utf8, .urlSafe) == bare)
        #expect(Base64.decode(bare, .urlSafe) == Array(plain.utf8))
    }

    @Test(
        "refuses other spellings in the standard alphabet",
        arguments: [
            "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9vYg", "Zm9v=", "=", "==", "====", "A===", "Z",
            "Zm 9v", "Zm9v\n", "Zg==Zg==", "Zm8_", "Zm8-", "Zm=v", "é",
        ]
    )
    func standard(text: String) {
        #expect(Base64.decode(text, .standard) == nil)
    }

    @Test(
        "refuses other spellings in the URL-safe alphabet",
        arguments: [
            "Zg==", "Zh", "Zm9", "Z", "Zm9vY", "Zm+v", "Zm/v", "Zm 9", "Zm8=", "é",
        ]
    )
    func urlSafe(text: String) {
        #expect(Base64.decode(text, .urlSafe) == nil)
    }

    @Test("gives random bytes back, in both alphabets")
    func roundTrip() {
        var generator = SplitMix64(seed: 3)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for alphabet in [Base64.Alphabet.standard, .urlSafe] {
                #expect(Base64.decode(Base64.encode(bytes, alphabet), alphabet) == bytes)
            }
        }
    }

    @Test("leaves the buffer as it was when it refuses")
    func refusal() {
        var out = ByteBuffer(capacity: 5)
        out.append("ab")
        let bad = Base64.decode(Array("Zm9!".utf8).span, .standard, into: &out)
        let long = Base64.decode(Array("Zm9vYg==".utf8).span, .standard, into: &out)
        let text = out.bytes.string()
        #expect(!bad && !long && text == "ab")
    }
}
