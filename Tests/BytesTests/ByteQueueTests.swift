// A queue gives back what it got, in order, however appends and removals interleave.

import ClawgressBytes
import TestKit
import Testing

@Suite("A queue of bytes")
struct ByteQueueTests {
    @Test("gives bytes back in order")
    func order() {
        var queue = ByteQueue()
        let input = Array("abcdef".utf8)
        queue.append(input.span, 0..<4)
        queue.consume(2)
        queue.append(input.span, 4..<6)
        let text = queue.bytes.string()
        let count = queue.count
        #expect(text == "cdef" && count == 4)
        queue.consume(4)
        let isEmpty = queue.isEmpty
        let rest = queue.bytes.count
        #expect(isEmpty && rest == 0)
    }

    @Test("is empty without bytes, also after taking none")
    func empty() {
        var queue = ByteQueue()
        let nothing: [UInt8] = []
        queue.append(nothing.span)
        queue.consume(0)
        let isEmpty = queue.isEmpty
        #expect(isEmpty)
    }

    @Test("agrees with an array under random use", arguments: 1...6 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var queue = ByteQueue()
        var model: [UInt8] = []
        for _ in 0..<3_000 {
            if Bool.random(using: &generator) {
                let count = Int.random(in: 0...700, using: &generator)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                queue.append(bytes.span)
                model += bytes
            } else {
                let count = Int.random(in: 0...min(model.count, 900), using: &generator)
                queue.consume(count)
                model.removeFirst(count)
            }
            let same = queue.bytes.equals(model.span)
            #expect(same)
            if !same { return }
        }
        queue.removeAll()
        let isEmpty = queue.isEmpty
        #expect(isEmpty)
    }
}
