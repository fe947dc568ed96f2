// A hello may be cut anywhere, by TCP and by its client: what is made of it must not depend on
// the cuts. And whatever the bytes, the reader ends with one of its results.

import ClawgressForward
import ClawgressModel
import TestKit
import Testing

@Suite("A ClientHello in pieces")
struct ClientHelloPiecesTests {
    private typealias Build = HelloBuilder

    private static let hello = Build(
        Build.grease,
        Build.serverName("files.example.com"),
        Build.encryptedHello(20)
    )

    private static func expected(_ bytes: [UInt8]) -> HelloResult {
        .complete(
            ReadHello(serverName: "files.example.com", hasEncryptedHello: true, end: bytes.count)
        )
    }

    @Test("is incomplete at every length but its own")
    func truncations() {
        for bytes in [Self.hello.bytes, Self.hello.bytes(recordsOf: 3)] {
            for end in 0..<bytes.count {
                #expect(readHello(Array(bytes[..<end])) == .incomplete, "\(end)")
            }
            #expect(readHello(bytes) == Self.expected(bytes))
        }
    }

    @Test("is the same with every cut by TCP, and byte by byte")
    func segments() {
        for bytes in [Self.hello.bytes, Self.hello.bytes(recordsOf: 7)] {
            for cut in 1..<bytes.count {
                #expect(readHello(bytes, cuts: [cut]) == Self.expected(bytes), "\(cut)")
            }
            #expect(readHello(bytes, cuts: 1..<bytes.count) == Self.expected(bytes))
        }
    }

    @Test("is the same with every cut into two records, and in records of every size")
    func records() {
        let count = Self.hello.message.count
        for cut in 1..<count {
            let bytes = Self.hello.bytes(cutAt: cut)
            #expect(readHello(bytes) == Self.expected(bytes), "cut at \(cut)")
            #expect(readHello(bytes, cuts: 1..<bytes.count) == Self.expected(bytes))
        }
        for size in 1...count {
            let bytes = Self.hello.bytes(recordsOf: size)
            #expect(readHello(bytes) == Self.expected(bytes), "records of \(size)")
        }
    }

    @Test("is refused as soon as it cannot fit any more, by its own length or by its records'")
    func tooLarge() {
        let bytes = Self.hello.bytes
        #expect(readHello(bytes, limit: bytes.count) == Self.expected(bytes))
        #expect(readHello(bytes, limit: bytes.count - 1) == .refused(.tlsHelloTooLarge))
        // Nine bytes say how long it will be.
        let start = Array(bytes[..<9])
        #expect(readHello(start, limit: bytes.count - 1) == .refused(.tlsHelloTooLarge))
        #expect(readHello(Array(bytes[..<8]), limit: bytes.count - 1) == .incomplete)
        let small = Self.hello.bytes(recordsOf: 1)
        #expect(readHello(small, limit: small.count) == Self.expected(small))
        #expect(readHello(small, limit: small.count - 1) == .refused(.tlsHelloTooLarge))
        let giant = Build(Build.other(21, [UInt8](repeating: 0, count: 16_296)))
        #expect(readHello(giant.bytes) == .refused(.tlsHelloTooLarge))
        let split = giant.bytes(recordsOf: 9_000)
        let read = ReadHello(end: split.count)
        #expect(readHello(split, limit: 65_536) == .complete(read))
    }

    @Test(
        "with random damage is complete, incomplete or refused, whatever the cuts",
        arguments: 1...8
    )
    func damage(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let seeds = [Self.hello.bytes, Self.hello.bytes(recordsOf: 11), Build.naming("a.b").bytes]
        var refused = 0
        var complete = 0
        for _ in 0..<1_500 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                } else {
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
            }
            let whole = readHello(bytes)
            #expect(readHello(bytes, cuts: 1..<bytes.count) == whole)
            let cut = Int.random(in: 0..<bytes.count, using: &random)
            #expect(readHello(bytes, cuts: [cut]) == whole)
            if case .refused = whole { refused += 1 }
            if case .complete = whole { complete += 1 }
        }
        #expect(refused > 100 && complete > 100, "the damage reaches nothing")
    }
}
