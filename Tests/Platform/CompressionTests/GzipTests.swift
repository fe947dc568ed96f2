// What comes out is what went in, or nothing.

import ClawgressCompression
import Foundation
import Testing

@Suite("Packed bytes")
struct GzipTests {
    private static let text = Array(
        (1...40).map { #"{"agent_id":"crawler","sequence":\#($0)}"# + "\n" }.joined().utf8
    )

    /// Bytes that nothing makes shorter.
    private static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    @Test("come out as they went in, whatever they are")
    func roundTrip() throws {
        let zeros = [UInt8](repeating: 0, count: 3_000_000)
        for bytes in [[], [0], Self.text, Self.noise(70_000), zeros] {
            for level in [Gzip.Level.fast, .usual] {
                let packed = try #require(Gzip.pack(bytes, level))
                #expect(try Gzip.unpack(packed, bytesMax: bytes.count) == bytes)
                #expect(Gzip.pack(bytes, level) == packed)
            }
        }
        #expect(try #require(Gzip.pack(Self.text)).count < Self.text.count / 5)
    }

    @Test("of another program are read")
    func foreign() throws {
        // `printf hello | gzip -n9`
        let base64 = "H4sIAAAAAAACA8tIzcnJBwCGphA2BQAAAA=="
        let packed = Array(try #require(Data(base64Encoded: base64)))
        #expect(try Gzip.unpack(packed, bytesMax: 5) == Array("hello".utf8))
    }

    @Test("are refused one byte beyond the bound, and a bomb is not unpacked")
    func bounds() throws {
        let packed = try #require(Gzip.pack(Self.text))
        let short = Self.text.count - 1
        #expect(throws: GzipRefusal.tooLong(bytesMax: short)) {
            try Gzip.unpack(packed, bytesMax: short)
        }
        #expect(throws: GzipRefusal.tooLong(bytesMax: 0)) { try Gzip.unpack(packed, bytesMax: 0) }
        // 256 MiB of zeros are 1 MiB for each 1,032 of them.
        let bomb = try #require(Gzip.pack([UInt8](repeating: 0, count: 256 << 20), .usual))
        #expect(bomb.count < 300_000)
        #expect(throws: GzipRefusal.tooLong(bytesMax: 4 << 20)) {
            try Gzip.unpack(bomb, bytesMax: 4 << 20)
        }
    }

    @Test("are refused wherever they are cut")
    func truncation() throws {
        let packed = try #require(Gzip.pack(Self.text))
        for count in 0..<packed.count {
            #expect(throws: GzipRefusal.truncated) {
                try Gzip.unpack(Array(packed[..<count]), bytesMax: 1 << 20)
            }
        }
    }

    @Test("are refused with anything behind them, another member too")
    func trailing() throws {
        let packed = try #require(Gzip.pack(Self.text))
        for more in [[0], packed, Array(packed[..<10])] {
            #expect(throws: GzipRefusal.trailing(bytes: more.count)) {
                try Gzip.unpack(packed + more, bytesMax: 1 << 20)
            }
        }
    }

    @Test("never give another content, whichever bit is changed")
    func flips() throws {
        for content in [Self.text, Self.noise(300)] {
            let packed = try #require(Gzip.pack(content))
            var unchanged = 0
            for bit in 0..<packed.count * 8 {
                var changed = packed
                changed[bit / 8] ^= 1 << (bit % 8)
                guard let read = try? Gzip.unpack(changed, bytesMax: 1 << 20) else { continue }
                #expect(read == content)
                unchanged += 1
            }
            // Bits that say nothing: of the flags one, the time, how it was packed and the system
            // (RFC 1952 section 2.3.1), and what fills a byte up (RFC 1951 section 3.2.4).
            #expect(unchanged <= 1 + 6 * 8 + 2 * 7)
        }
    }

    @Test("in other forms are refused", arguments: [[], [0x78, 0x9C], [0x1F], [0x1F, 0x8C, 8]])
    func forms(start: [UInt8]) {
        let bytes = start + [UInt8](repeating: 0, count: start.count > 1 ? 30 : 0)
        #expect(throws: GzipRefusal.self) { try Gzip.unpack(bytes, bytesMax: 100) }
    }
}
