// The keyed hash spreads and depends on its key; hexadecimal text goes there and back.

import ClawgressBytes
import TestKit
import Testing

@Suite("Hash and hexadecimal text")
struct HashAndHexadecimalTests {
    @Test("gives equal bytes equal hashes, and other keys other ones")
    func keys() {
        var generator = SplitMix64(seed: 5)
        let first = KeyedHash(using: &generator)
        let second = KeyedHash(using: &generator)
        for length in 0..<40 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let copy = bytes
            let one = first.hash(bytes.span)
            let same = first.hash(copy.span)
            let other = second.hash(bytes.span)
            #expect(one == same && one != other)
        }
        #expect(first.hash(7 as UInt64) != second.hash(7 as UInt64))
        #expect(first.hash(7 as UInt64) != first.hash(8 as UInt64))
    }

    @Test("tells apart strings that differ in one bit or in trailing zeros")
    func differences() {
        let hash = KeyedHash(first: 1, second: 2)
        var seen: Set<UInt64> = []
        let base = [UInt8](repeating: 97, count: 20)
        seen.insert(hash.hash(base.span))
        for bit in 0..<160 {
            var changed = base
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            seen.insert(hash.hash(changed.span))
        }
        for zeros in 1...9 {
            seen.insert(hash.hash((base + [UInt8](repeating: 0, count: zeros)).span))
        }
        #expect(seen.count == 170)
    }

    @Test("spreads over buckets")
    func spread() {
        let hash = KeyedHash(first: 11, second: 13)
        var buckets = [Int](repeating: 0, count: 64)
        for number in 0..<6_400 {
            let name = Array("agent-\(number).example.com".utf8)
            buckets[Int(hash.hash(name.span) & 63)] += 1
        }
        #expect((buckets.max() ?? 0) < 160 && (buckets.min() ?? 0) > 50)
    }

    @Test("writes and reads hexadecimal text")
    func hexadecimal() {
        #expect(Hexadecimal.encode([0, 15, 16, 255]) == "000f10ff")
        #expect(Hexadecimal.decode("000f10FF") == [0, 15, 16, 255])
        #expect(Hexadecimal.decode("") == [])
        for bad in ["0", "0g", "0x00", " 00", "00 ", "é0"] {
            #expect(Hexadecimal.decode(bad) == nil)
        }
    }
}
