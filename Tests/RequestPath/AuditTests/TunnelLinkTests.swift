// The link from a request to the tunnel that it came in: 16 bytes behind the texts of a slot.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import Foundation
import Testing

@Suite("requests in a tunnel, on the spool")
struct TunnelLinkTests {
    private static let tunnel = RequestID(high: 0x0192_3456_789A_7BCD, low: 0x8123_4567_89AB_CDEF)

    private func inTunnel(_ marker: UInt64, decision: Decision = .allow) -> SpoolIntent {
        var intent = SpoolIntent.sample(marker, decision: decision)
        intent.tunnelRequestID = Self.tunnel
        return intent
    }

    @Test("have the tunnel's id, and their neighbours have none")
    func linked() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        #expect(writer.exchange(1))
        // Every length of a text, so that the id stands at every place within a word.
        for length in 0..<16 {
            var texts = Texts()
            texts.path = Array("/".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: length)
            let slot = try #require(writer.open(inTunnel(UInt64(2 + length)), texts))
            writer.conclude(slot)
        }
        #expect(writer.exchange(18))
        let read = try events(folder)
        #expect(read.count == 18)
        for event in read {
            let isInside = (2...17).contains(event.marker)
            #expect(event.tunnelRequestID == (isInside ? Self.tunnel : nil))
            let length = isInside ? Int(event.marker) - 1 : 17
            #expect(event.path?.utf8.count == length && event.policyID == "allow-registries")
        }
        let line = text(.event(read[1]))
        let member = #""tunnel_request_id":"01923456-789a-7bcd-8123-456789abcdef","worker":0"#
        #expect(line.contains(member))
    }

    @Test("keep it where texts were cut, where policy closed them and where a kill did")
    func kept() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            var texts = Texts()
            texts.path = [UInt8](repeating: UInt8(ascii: "/"), count: 9_000)
            let cut = try #require(writer.open(inTunnel(1), texts))
            writer.conclude(cut)
            let closed = try #require(writer.open(inTunnel(2)))
            var outcome = SpoolOutcome.sample()
            outcome.outcome = .closedByPolicy
            outcome.closing = Closing(serial: 9, reason: .policyDenied)
            writer.conclude(closed, outcome)
            _ = writer.open(inTunnel(3))
            #expect(writer.recall(try #require(writer.open(inTunnel(4))))?.texts[4] != nil)
        }
        let report = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        #expect(report.orphans == 2 && report.torn == 0)
        let read = try events(folder)
        #expect(read.count == 4 && read.allSatisfy { $0.tunnelRequestID == Self.tunnel })
        #expect(read[0].truncated == ["path"])
        #expect(read[1].end.closing == Closing(serial: 9, reason: .policyDenied))
        #expect(read[2].end.outcome == .aborted)
    }

    @Test("are not believed if a byte of it is damaged")
    func damaged() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            writer.conclude(try #require(writer.open(inTunnel(1))))
        }
        let mark = Data([0xCD, 0x7B, 0x9A, 0x78])
        let path = try #require(
            folder.segments.first {
                try Data(contentsOf: URL(fileURLWithPath: $0)).range(of: mark) != nil
            }
        )
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let place = try #require(whole.range(of: mark)).lowerBound
        for offset in place..<place + 16 {
            var damaged = whole
            damaged[offset] ^= 4
            try damaged.write(to: URL(fileURLWithPath: path))
            #expect(try events(folder).isEmpty, "byte \(offset)")
        }
    }
}
