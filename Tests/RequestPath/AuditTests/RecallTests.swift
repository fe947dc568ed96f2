// What an open slot says about its exchange is what a later decision goes by: it must be what
// was recorded, wherever the slot is by then, or nothing at all.

import ClawgressAudit
import ClawgressModel
import Foundation
import Testing

@Suite("recalling open exchanges")
struct RecallTests {
    private static let texts = ["crawler", "k7x2m4q9w3a5", "pypi.org", "GET", "/simple/requests/"]

    @Test("gives back what was recorded, behind what the buffer held")
    func newest() throws {
        let folder = TemporaryFolder()
        let writer = try Boot(folder).writer()
        let slot = try #require(writer.open(.sample(1)))
        let recalled = try #require(writer.recall(slot))
        #expect(recalled.texts == Self.texts)
        let exchange = recalled.1
        #expect(exchange.authentication == .apiKey && exchange.requestProtocol == .http)
        #expect(exchange.destinationPort == 80)
    }

    @Test("finds slots in every segment that is held, and those that were moved, even twice")
    func elsewhere() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        var slots: [SlotHandle] = []
        var short: UInt64 = 0
        for index in 0..<140 {
            var texts = Texts()
            texts.path = Array("/long/\(index)".utf8)
            slots.append(try #require(writer.open(.sample(UInt64(index) + 1_000_000), texts)))
            for _ in 0..<200 {
                #expect(writer.exchange(short))
                short += 1
            }
            try boot.supply.prepare(now: 1)
        }
        for (index, slot) in slots.enumerated() {
            let recalled = try #require(writer.recall(slot))
            #expect(recalled.texts.last == "/long/\(index)")
            writer.conclude(slot)
        }
    }

    @Test("gives nothing back where a text that matters was cut, and does not mind the others")
    func cut() throws {
        let folder = TemporaryFolder()
        let writer = try Boot(folder).writer()
        let long = [UInt8](repeating: UInt8(ascii: "/"), count: 9_000)
        let changes: [(WritableKeyPath<Texts, [UInt8]>, Bool)] = [
            (\.credentialID, false), (\.host, false), (\.method, false), (\.path, false),
            (\.claimedAgentID, true), (\.policyID, true), (\.bundleRevision, true),
        ]
        for (field, isRecalled) in changes {
            var texts = Texts()
            texts[keyPath: field] = long
            let slot = try #require(writer.open(.sample(1), texts))
            #expect((writer.recall(slot) != nil) == isRecalled)
        }
    }

    @Test("gives nothing back of a request without a proven identity")
    func anonymous() throws {
        let folder = TemporaryFolder()
        let writer = try Boot(folder).writer()
        for identity in [[], [0, 0, 0, 0], [0, 1, 0, 0, 97], [7, 0, 0, 0, 97]] as [[UInt8]] {
            var texts = Texts()
            texts.identity = identity
            let slot = try #require(writer.open(.sample(1), texts))
            #expect(writer.recall(slot) == nil)
        }
    }

    @Test("gives nothing back where the buffer has no room")
    func room() throws {
        let folder = TemporaryFolder()
        let writer = try Boot(folder).writer()
        let slot = try #require(writer.open(.sample(1)))
        let identityBytes = 4 + "crawlerresearchatlastest".utf8.count
        let needed =
            "before".utf8.count + identityBytes
            + Self.texts.dropFirst().reduce(0) { $0 + $1.utf8.count }
        #expect(writer.recall(slot, capacity: needed) != nil)
        #expect(writer.recall(slot, capacity: needed - 1) == nil)
    }

    @Test(
        "an event says what closed it, with the serial and why",
        arguments: [
            Closing(serial: 1, reason: .policyDenied), Closing(serial: 8, reason: .keyRevoked),
            Closing(serial: 9_007_199_254_740_991, reason: .noLongerAllowed),
        ]
    )
    func closing(closing: Closing) throws {
        let folder = TemporaryFolder()
        let writer = try Boot(folder).writer()
        let slot = try #require(writer.open(.sample(1)))
        var outcome = SpoolOutcome.sample()
        outcome.outcome = .closedByPolicy
        outcome.reason = .noLongerAllowed
        outcome.closing = closing
        writer.conclude(slot, outcome)
        let event = try #require(try events(folder).first)
        #expect(event.end == outcome)
        #expect(event.bundleSerial == 7, "the serial that allowed it stays beside it")
        #expect(event.policyID == "allow-registries" && event.allowedBy == nil)
        let line = text(.event(event))
        let members =
            #""closing_reason":"\#(closing.reason.name)","closing_serial":\#(closing.serial)"#
        #expect(line.contains(members))
        #expect(line.contains(#""outcome":"closed_by_policy""#))
        #expect(line.contains(#""reason":"no_longer_allowed""#))
    }

    @Test("a closing and a server name stand side by side, each as it is")
    func closingOfATunnel() throws {
        let closing = Closing(serial: 9_007_199_254_740_991, reason: .sniUnexpected)
        for length in [0, 1, 253, 300] {
            let folder = TemporaryFolder()
            let writer = try Boot(folder).writer()
            var intent = SpoolIntent.sample(1)
            intent.reservesServerName = true
            let slot = try #require(writer.open(intent))
            var outcome = SpoolOutcome.sample()
            outcome.outcome = .closedByPolicy
            outcome.closing = closing
            let name = [UInt8](repeating: 0xFF, count: length)
            writer.conclude(slot, outcome, serverName: name)
            let event = try #require(try events(folder).first)
            #expect(event.end.closing == closing)
            #expect(event.serverName?.unicodeScalars.count ?? 0 == min(length, 253))
        }
    }

    @Test("nothing else has a closing, and one that is damaged is found")
    func damagedClosing() throws {
        let folder = TemporaryFolder()
        do {
            let writer = try Boot(folder).writer()
            var outcome = SpoolOutcome.sample()
            outcome.closing = Closing(serial: 0x00AB_CDEF_0123, reason: .keyRevoked)
            writer.conclude(try #require(writer.open(.sample(1))), outcome)
            outcome.outcome = .closedByPolicy
            writer.conclude(try #require(writer.open(.sample(2))), outcome)
        }
        let all = try events(folder)
        #expect(all.map { $0.end.closing?.serial } == [nil, 0x00AB_CDEF_0123])
        let serial = Data([0x23, 0x01, 0xEF, 0xCD, 0xAB])
        let path = try #require(
            folder.segments.first {
                FileManager.default.contents(atPath: $0)?.range(of: serial) != nil
            }
        )
        var segment = try Data(contentsOf: URL(fileURLWithPath: path))
        let place = try #require(segment.range(of: serial))
        segment[place.lowerBound] ^= 1
        segment.replaceSubrange(128..<132, with: [0, 0, 0, 0])
        try segment.write(to: URL(fileURLWithPath: path))
        let report = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        #expect(report.damagedOutcomes == 1)
    }
}
