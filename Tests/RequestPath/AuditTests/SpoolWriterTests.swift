// What goes in comes out, in order, from one place.

import ClawgressAudit
import ClawgressModel
import Foundation
import TestKit
import Testing

@Suite("spool writer and reader")
struct SpoolWriterTests {
    @Test("gives back every field of an event")
    func roundTrip() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        var texts = Texts()
        texts.wouldPolicyID = Array("stricter".utf8)
        var intent = SpoolIntent.sample(42)
        intent.wouldDecision = .deny
        let slot = try #require(writer.open(intent, texts))
        #expect(try events(folder).isEmpty, "an open exchange is no event yet")
        var outcome = SpoolOutcome.sample()
        outcome.decision = .deny
        outcome.reason = .addressLoopback
        outcome.outcome = .refused
        outcome.address = IPAddress(high: 0, low: 1)
        writer.conclude(slot, outcome)

        let event = try #require(try events(folder).first)
        #expect(event.requestID == intent.requestID)
        #expect(event.timestamp == intent.timestamp)
        let identity = [event.agentID, event.teamID, event.projectID, event.environment]
        #expect(identity == ["crawler", "research", "atlas", "test"])
        #expect(event.claimedAgentID == "crawler")
        #expect(event.authentication == .apiKey && event.credentialID == "k7x2m4q9w3a5")
        #expect(event.destinationHost == "pypi.org" && event.destinationPort == 80)
        #expect(event.destinationAddress == IPAddress(high: 0, low: 1))
        #expect(event.scheme == .http && event.requestProtocol == .http)
        #expect(event.method == "GET" && event.path == "/simple/requests/")
        #expect(event.decision == .deny && event.reason == .addressLoopback)
        #expect(event.policyID == "blocked-address" && event.allowedBy == "allow-registries")
        #expect(event.policyVersion == 3)
        #expect(event.wouldDecision == .deny && event.wouldPolicyID == "stricter")
        #expect(event.quota == .within && event.end == outcome)
        #expect(event.clientAddress == IPAddress(v4: 0x7F00_0001) && event.clientPort == 50_000)
        #expect(event.gatewayID == "gw-1" && event.bootID == BootID(high: 0xB007, low: 1))
        #expect(event.worker == 0 && event.sequence == 1)
        #expect(event.bundleSerial == 7 && event.bundleRevision == "sha256:00ff")
        #expect(event.truncated.isEmpty)
    }

    @Test("knows nothing of an anonymous, malformed request but the refusal")
    func anonymous() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        var intent = SpoolIntent.sample(1, decision: .deny)
        intent.reason = .requestLineMalformed
        intent.policyVersion = nil
        intent.authentication = .none
        intent.destinationPort = 0
        intent.scheme = .unknown
        let outcome = SpoolOutcome(outcome: .refused, decision: .deny, reason: intent.reason)
        let none: [UInt8] = []
        let texts = Texts(
            identity: none,
            claimedAgentID: none,
            credentialID: none,
            host: none,
            method: none,
            path: none,
            policyID: none,
            wouldPolicyID: none,
            bundleRevision: none
        )
        let slot = try #require(writer.open(intent, texts))
        writer.conclude(slot, outcome)
        let event = try #require(try events(folder).first)
        #expect(event.agentID == nil && event.environment == nil && event.destinationHost == nil)
        #expect(event.destinationPort == nil && event.policyVersion == nil && event.path == nil)
        #expect(event.policyID == "malformed-request" && event.allowedBy == nil)
        #expect(event.wouldDecision == nil && event.end.latencyMicroseconds == nil)
    }

    @Test("records a refusal in one call, and leaves nothing to recover when it closes")
    func refusalAndClose() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            var writer = SpoolWriter(supply: boot.supply, worker: 0)
            let texts = Texts()
            let isRecorded = writer.record(
                .sample(5, decision: .deny),
                SpoolTexts(
                    identity: texts.identity.span,
                    claimedAgentID: Span(),
                    credentialID: Span(),
                    host: texts.host.span,
                    method: texts.method.span,
                    path: texts.path.span,
                    policyID: texts.policyID.span,
                    wouldPolicyID: Span(),
                    bundleRevision: Span()
                ),
                SpoolOutcome(
                    outcome: .refused,
                    decision: .deny,
                    reason: .policyDenied,
                    status: 403
                ),
                onFailure: .proceed
            )
            #expect(isRecorded)
            writer.close()
            try boot.supply.prepare(now: 2)
        }
        let report = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        // What was finished and brought to the disk is passed over.
        #expect(report.events == 0 && !report.isUnclean)
        let event = try #require(try events(folder).first)
        #expect(event.marker == 5 && event.end.status == 403 && event.end.outcome == .refused)
        #expect(event.policyID == "allow-registries" && event.end.bytesOut == 0)
    }

    @Test("numbers events from 1 in the order in which they end")
    func sequence() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        let slots = (0..<10).map { writer.open(.sample(UInt64($0))) }
        for slot in slots.reversed() { writer.conclude(try #require(slot)) }
        let read = try events(folder)
        #expect(read.map(\.marker) == Array(0..<10))
        #expect(read.map(\.sequence) == Array((1...10).reversed()))
        #expect(writer.lastSequence == 10)
    }

    @Test("goes on over many segments and gives the finished ones back")
    func manySegments() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        for marker in 0..<2_000 {
            #expect(writer.exchange(UInt64(marker)))
            if marker % 100 == 0 { try boot.supply.prepare(now: 2_000) }
        }
        #expect(folder.segments.count > 8)
        #expect(try events(folder).map(\.marker) == Array(0..<2_000))
        #expect(try events(folder).map(\.sequence) == Array(1...2_000))
        let expected = try folder.segments.reduce(0) { sum, path in
            sum + (try Data(contentsOf: URL(fileURLWithPath: path)).count)
        }
        #expect(try boot.supply.bytes() == expected)
    }

    @Test("merges the workers by time")
    func workers() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, workers: 3)
        let first = boot.writer(0)
        let second = boot.writer(1)
        let third = boot.writer(2)
        var random = SplitMix64(seed: 5)
        for marker in 0..<600 {
            switch random.next() % 3 {
            case 0: #expect(first.exchange(UInt64(marker)))
            case 1: #expect(second.exchange(UInt64(marker)))
            default: #expect(third.exchange(UInt64(marker)))
            }
            try boot.supply.prepare(now: 1)
        }
        let read = try events(folder)
        #expect(read.map(\.marker) == Array(0..<600))
        for worker in 0..<3 {
            let own = read.filter { $0.worker == worker }.map(\.sequence)
            #expect(own == Array(1...UInt64(own.count)))
        }
    }

    @Test("cuts what is too long, the path first, and says so")
    func truncation() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        var texts = Texts()
        texts.path = Array("/".utf8) + Array(repeating: UInt8(ascii: "p"), count: 70_000)
        texts.claimedAgentID = Array(repeating: 1, count: 65)
        let slot = try #require(writer.open(.sample(1), texts))
        writer.conclude(slot, .sample())
        let event = try #require(try events(folder).first)
        #expect(event.truncated == ["claimed_agent_id", "path"])
        #expect(event.path?.utf8.count == 8_192)
        #expect(event.claimedAgentID?.utf8.count == 64)
        #expect(text(.event(event)).utf8.count <= EventWriter.bytesMax)
        #expect(text(.event(event)).contains(#""truncated":["claimed_agent_id","path"]"#))
    }

    @Test("follows: sees an open exchange when it ends, and nothing twice")
    func follow() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        let reader = TestReader(folder)
        #expect(try reader.next() == nil)
        let long = try #require(writer.open(.sample(1)))
        #expect(writer.exchange(2))
        #expect(try reader.nextMarker() == 2)
        #expect(try reader.next() == nil)
        writer.conclude(long, .sample())
        #expect(writer.exchange(3))
        var seen: [UInt64] = []
        while let marker = try reader.nextMarker() { seen.append(marker) }
        #expect(seen == [1, 3])
    }

    @Test("goes on from a position exactly where another reader stopped")
    func position() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, workers: 2)
        let first = boot.writer(0)
        let second = boot.writer(1)
        let open = try #require(first.open(.sample(0)))
        for marker in 1..<500 {
            #expect(
                marker % 2 == 0 ? first.exchange(UInt64(marker)) : second.exchange(UInt64(marker))
            )
            try boot.supply.prepare(now: 1)
        }
        var seen: [UInt64] = []
        var position = SpoolPosition()
        while true {
            let reader = TestReader(folder, from: position)
            var batch: [UInt64] = []
            while batch.count < 7, let marker = try reader.nextMarker() { batch.append(marker) }
            position = reader.position
            if batch.isEmpty { break }
            seen += batch
        }
        #expect(seen == Array(1..<500))
        first.conclude(open, .sample())
        let reader = TestReader(folder, from: position)
        #expect(try reader.nextMarker() == 0)
        #expect(try reader.next() == nil)
    }
}
