// Whether a second ClientHello is to come: told from the server's first bytes, and nothing of the
// client's that could be one passes before.

import ClawgressForward
import Testing

@Suite("a second ClientHello")
struct HelloRetryTests {
    /// SHA-256 of `HelloRetryRequest`.
    private static let random: [UInt8] = [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8,
        0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8,
        0x33, 0x9C,
    ]

    /// The record of a ServerHello with that random.
    private static func answer(_ random: [UInt8] = random) -> [UInt8] {
        let body = [3, 3] + random + [0, 0x13, 1, 0, 0, 0]
        return HelloBuilder.record([2, 0, 0, UInt8(body.count)] + body)
    }

    private func readServer(_ bytes: [UInt8], cut: Int) -> HelloRetry.Answer {
        var retry = HelloRetry()
        let first = retry.readServer(bytes.span.extracting(0..<cut))
        guard first == .undecided else { return first }
        return retry.readServer(bytes.span.extracting(cut..<bytes.count))
    }

    @Test("is asked for by one random, in however many pieces it comes")
    func asked() {
        for cut in 0...Self.answer().count {
            #expect(readServer(Self.answer(), cut: cut) == .retry)
        }
    }

    @Test("is asked for by no other answer")
    func ordinary() {
        for place in Self.random.indices {
            var random = Self.random
            random[place] ^= 1
            #expect(readServer(Self.answer(random), cut: 20) == .ordinary)
        }
        let alert = HelloBuilder.record([2, 40], type: 21)
        #expect(readServer(alert, cut: 0) == .ordinary)
        #expect(readServer(Array("HTTP/1.1 400 Bad Request".utf8), cut: 0) == .ordinary)
    }

    /// How much of `bytes` passes, if they come in two pieces that are cut at `cut`.
    private func passing(_ bytes: [UInt8], cut: Int) -> Int {
        var retry = HelloRetry()
        let first = retry.passClient(bytes.span.extracting(0..<cut))
        guard first == cut else { return first }
        return first + retry.passClient(bytes.span.extracting(cut..<bytes.count))
    }

    @Test("does not pass by itself; early data and what means nothing do, whatever the cut")
    func passes() {
        let before =
            HelloBuilder.record([1], type: 20) + HelloBuilder.record([22, 22, 22], type: 23)
            + HelloBuilder.record([], type: 23) + HelloBuilder.record([1, 0], type: 21)
        let bytes = before + HelloBuilder.naming("a").bytes
        for cut in 0...bytes.count {
            #expect(passing(bytes, cut: cut) == before.count)
        }
        for cut in 0...before.count {
            #expect(passing(before, cut: cut) == before.count)
        }
    }

    @Test("may hide in nothing that is no record: that does not pass either")
    func others() {
        for byte: UInt8 in [0, 19, 25, UInt8(ascii: "G"), 255] {
            #expect(passing(HelloBuilder.record([1], type: 20) + [byte, 1], cut: 2) == 6)
        }
    }
}
