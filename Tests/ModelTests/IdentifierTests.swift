// The alphabet and length of ids.

import ClawgressModel
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test(
        "accepts the grammar",
        arguments: ["a", "0", "a.b_c-d", "9-", String(repeating: "x", count: 63)]
    )
    func accepts(_ text: String) {
        #expect(Identifier.isValid(text))
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", ".a", "_a", "-a", "A", "aB", "a b", "a/b", "a:b", "é", "a\n",
            String(repeating: "x", count: 64),
        ]
    )
    func refuses(_ text: String) {
        #expect(!Identifier.isValid(text))
    }

    @Test("allows exactly the listed bytes, at both places")
    func everyByte() {
        let first = Set("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let later = first.union("._-".utf8)
        for byte in UInt8.min...UInt8.max {
            let alone = [byte]
            let second = [UInt8(ascii: "a"), byte]
            #expect(Identifier.isValid(alone.span) == first.contains(byte))
            #expect(Identifier.isValid(second.span) == later.contains(byte))
        }
    }
}
