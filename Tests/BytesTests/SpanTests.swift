// Comparisons, searches and loads, at their edges.

import ClawgressBytes
import Testing

@Suite("Spans of bytes")
struct SpanTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(
        "compare with literals, with and without case",
        arguments: [
            ("host", true, true), ("Host", false, true), ("HOST", false, true),
            ("hos", false, false),
            ("hostx", false, false), ("", false, false), ("h\u{f}st", false, false),
            ("hos\u{54}", false, true),
        ]
    )
    func literals(text: String, equal: Bool, equalIgnoringCase: Bool) {
        let same = bytes(text).span.equals("host")
        let similar = bytes(text).span.equalsIgnoringCase("host")
        #expect(same == equal && similar == equalIgnoringCase)
    }

    @Test("compare long literals to the last byte")
    func longLiterals() {
        let text = "Transfer-Encoding"
        let same = bytes(text).span.equalsIgnoringCase("transfer-encoding")
        #expect(same)
        for place in 0..<text.utf8.count {
            var changed = bytes(text)
            changed[place] ^= 1
            let found = changed.span.equalsIgnoringCase("transfer-encoding")
            let equal = changed.span.equals(bytes(text).span)
            #expect(!found && !equal)
        }
    }

    @Test("compare with a lower-case text without case, to the last byte")
    func lowerCase() {
        let name = bytes("files.example.com")
        for text in ["files.example.com", "FILES.Example.COM"] {
            let same = bytes(text).span.equalsIgnoringCase(name.span)
            #expect(same)
        }
        for text in ["files.example.co", "files.example.com.", "files.example.c\u{f}m", ""] {
            let same = bytes(text).span.equalsIgnoringCase(name.span)
            #expect(!same, "\(text)")
        }
    }

    @Test("fold letters only: the byte before `A` is not the byte before `a`")
    func folding() {
        let at = bytes("@[").span.equalsIgnoringCase("`{")
        #expect(!at)
    }

    @Test(
        "begin with literals",
        arguments: [
            ("proxy-x", true), ("PROXY-", true), ("proxy", false), ("", false), ("xproxy-", false),
        ]
    )
    func prefix(text: String, expected: Bool) {
        let found = bytes(text).span.hasPrefixIgnoringCase("proxy-")
        #expect(found == expected)
    }

    @Test(
        "compare with each other, also in constant time",
        arguments: [
            ("", "", true), ("a", "a", true), ("a", "b", false), ("a", "", false),
            ("ab", "ac", false),
            ("\u{0}", "", false),
        ]
    )
    func each(first: String, second: String, expected: Bool) {
        let plain = bytes(first).span.equals(bytes(second).span)
        let constant = bytes(first).span.equalsInConstantTime(bytes(second).span)
        #expect(plain == expected && constant == expected)
    }

    @Test("find a byte at or behind a place")
    func search() {
        let text = bytes("abcabc")
        let first = text.span.firstIndex(of: 98)
        let second = text.span.firstIndex(of: 98, from: 2)
        let none = text.span.firstIndex(of: 98, from: 5)
        let behind = text.span.firstIndex(of: 97, from: 6)
        let empty = [UInt8]().span.firstIndex(of: 97)
        #expect(first == 1 && second == 4 && none == nil && behind == nil && empty == nil)
    }

    @Test("load words at any place")
    func words() {
        let data: [UInt8] = Array(0...15)
        let word = data.span.word(at: 1)
        let small = data.span.load(littleEndian: UInt16.self, at: 14)
        #expect(word == 0x0807_0605_0403_0201 && small == 0x0F0E)
    }

    @Test("have the CRC-32C of RFC 3720, in one piece or two")
    func checksum() {
        let zeros = [UInt8](repeating: 0, count: 32).span.crc32c()
        let ones = [UInt8](repeating: 255, count: 32).span.crc32c()
        let rising = [UInt8](0...31).span.crc32c()
        let check = bytes("123456789").span.crc32c()
        #expect(zeros == 0x8A91_36AA && ones == 0x62A8_AB43)
        #expect(rising == 0x46DD_794E && check == 0xE306_9283)
        let part = bytes("12345").span.crc32c()
        let whole = bytes("6789").span.crc32c(seed: part)
        #expect(whole == check)
    }

    @Test("become arrays and text")
    func copies() {
        let array = bytes("aé").span.array()
        let text = [0x61, 0xFF].span.string()
        #expect(array == [97, 195, 169] && text == "a\u{FFFD}")
    }
}
