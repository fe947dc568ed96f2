// Content is followed to its last byte, however it is cut, and not one byte further.

import ClawgressForward
import ClawgressModel
import TestKit
import Testing

/// A reader over arrays; a class, because the expectation macros cannot mutate.
final class ArrayReader {
    private var reader: BodyReader

    init(_ length: BodyLength) {
        reader = BodyReader(length)
    }

    var isComplete: Bool { reader.isComplete }

    func noteEnd() -> Bool { reader.noteEnd() }

    func advance(_ bytes: [UInt8], from: Int, to: Int) throws(Reason) -> BodyPiece {
        try reader.advance(bytes.span, from: from, to: to)
    }

    func passThrough(_ bytes: [UInt8], from: Int, to: Int) throws(Reason) -> Int {
        try reader.passThrough(bytes.span, from: from, to: to)
    }
}

@Suite("Reading content")
struct BodyReaderTests {
    /// The payload and the number of bytes read, by pieces.
    static func payload(
        _ bytes: [UInt8],
        _ length: BodyLength,
        pieces: [Int]
    ) throws(Reason) -> (payload: [UInt8], read: Int, isComplete: Bool) {
        let reader = ArrayReader(length)
        var payload: [UInt8] = []
        var index = 0
        for piece in pieces + [bytes.count] {
            let end = max(index, min(piece, bytes.count))
            reading: while true {
                switch try reader.advance(bytes, from: index, to: end) {
                case .payload(let range):
                    payload += bytes[range]
                    index = range.upperBound
                case .framing(let range):
                    if range.isEmpty { break reading }
                    index = range.upperBound
                case .finished:
                    break reading
                }
            }
        }
        return (payload, index, reader.isComplete)
    }

    @Test("is done at once without content")
    func none() throws {
        for length in [BodyLength.none, .fixed(0)] {
            let reader = ArrayReader(length)
            #expect(reader.isComplete)
            #expect(try reader.advance([1, 2], from: 0, to: 2) == .finished)
            #expect(try reader.passThrough([1, 2], from: 0, to: 2) == 0)
            #expect(reader.noteEnd())
        }
    }

    @Test("of a fixed length stops at the length, at every split")
    func fixed() throws {
        let bytes = Array("hello!next".utf8)
        for cut in 0...bytes.count {
            let result = try Self.payload(bytes, .fixed(6), pieces: [cut])
            #expect(result.payload == Array("hello!".utf8))
            #expect(result.read == 6 && result.isComplete)
            let reader = ArrayReader(.fixed(6))
            let first = try reader.passThrough(bytes, from: 0, to: cut)
            #expect(first == min(cut, 6))
            #expect(reader.isComplete == (cut >= 6))
            #expect(
                try reader.passThrough(bytes, from: first, to: bytes.count) == 6 - first
            )
            #expect(reader.isComplete)
        }
    }

    @Test("of a fixed length that ends early is not complete")
    func cutOff() throws {
        let reader = ArrayReader(.fixed(6))
        #expect(try reader.passThrough([1, 2, 3], from: 0, to: 3) == 3)
        #expect(!reader.noteEnd())
        #expect(!reader.isComplete)
    }

    @Test("until the close goes on until the close")
    func untilClose() throws {
        let reader = ArrayReader(.untilClose)
        #expect(try reader.advance([1, 2, 3], from: 0, to: 3) == .payload(0..<3))
        #expect(try reader.passThrough([1, 2, 3], from: 1, to: 3) == 2)
        #expect(!reader.isComplete)
        #expect(reader.noteEnd())
        #expect(reader.isComplete)
    }

    private static let chunked =
        "5\r\nhello\r\n00A;x=1;y=\"q\\\"\t;\"\r\n, wide wor\r\n"
        + "2;z\r\nld\r\n0;last\r\nX-Sum: abc\r\nY:\r\n\r\n"
    private static let decoded = "hello, wide world"

    @Test("in chunks gives the same at every pair of splits, and nothing of what follows")
    func chunks() throws {
        let body = Array(Self.chunked.utf8)
        let bytes = body + Array("GET http://next/".utf8)
        for first in 0...bytes.count {
            for second in stride(from: first, through: bytes.count, by: 3) {
                let result = try Self.payload(bytes, .chunked, pieces: [first, second])
                #expect(result.payload == Array(Self.decoded.utf8), "\(first), \(second)")
                #expect(result.read == body.count && result.isComplete)
            }
        }
    }

    @Test("in chunks byte by byte gives the same")
    func byteByByte() throws {
        let body = Array(Self.chunked.utf8)
        let result = try Self.payload(body, .chunked, pieces: Array(1...body.count))
        #expect(result.payload == Array(Self.decoded.utf8))
        #expect(result.isComplete)
    }

    @Test("passes chunks through whole, at every split")
    func passThrough() throws {
        let body = Array(Self.chunked.utf8)
        let bytes = body + Array("rest".utf8)
        for cut in 0...bytes.count {
            let reader = ArrayReader(.chunked)
            let first = try reader.passThrough(bytes, from: 0, to: cut)
            #expect(first == min(cut, body.count))
            let second = try reader.passThrough(bytes, from: first, to: bytes.count)
            #expect(first + second == body.count)
            #expect(reader.isComplete)
            #expect(try reader.advance(bytes, from: body.count, to: bytes.count) == .finished)
        }
    }

    @Test("in chunks that end early is not complete, wherever it ends")
    func chunksCutOff() throws {
        let body = Array(Self.chunked.utf8)
        for cut in 0..<body.count {
            let reader = ArrayReader(.chunked)
            _ = try reader.passThrough(body, from: 0, to: cut)
            #expect(!reader.noteEnd())
        }
    }

    @Test(
        "agrees with itself on random chunks in random pieces",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func random(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<300 {
            var body: [UInt8] = []
            var expected: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<5, using: &generator) {
                let size = Int.random(in: 1..<300, using: &generator)
                let data = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
                expected += data
                body += Array(
                    "\(String(size, radix: 16, uppercase: Bool.random(using: &generator)))\r\n".utf8
                )
                body += data + [13, 10]
            }
            body += Array("0\r\n\r\n".utf8)
            let cuts = (0..<4).map { _ in Int.random(in: 0...body.count, using: &generator) }
            let result = try Self.payload(body + [42], .chunked, pieces: cuts.sorted())
            #expect(result.payload == expected)
            #expect(result.read == body.count && result.isComplete)
        }
    }
}
