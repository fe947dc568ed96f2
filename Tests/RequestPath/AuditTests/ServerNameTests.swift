// The one text of an event that is known only at its end, in the room that its slot kept for it.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import Foundation
import Testing

extension SpoolIntent {
    /// A tunnel whose ClientHello is still to come.
    fileprivate static func tunnel(_ marker: UInt64) -> SpoolIntent {
        var intent = sample(marker)
        intent.requestProtocol = .connect
        intent.reservesServerName = true
        return intent
    }
}

extension SpoolOutcome {
    /// A tunnel that was closed for the name in its ClientHello.
    fileprivate static var mismatch: SpoolOutcome {
        SpoolOutcome(outcome: .refused, decision: .deny, reason: .sniMismatch, status: 200)
    }
}

@Suite("server names in the spool")
struct ServerNameTests {
    /// The event of one tunnel that ended so.
    private func event(
        _ outcome: SpoolOutcome,
        _ serverName: [UInt8] = [],
        reserved: Bool = true
    ) throws -> AuditEvent {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        var intent = SpoolIntent.tunnel(1)
        intent.reservesServerName = reserved
        let slot = try #require(writer.open(intent))
        writer.conclude(slot, outcome, serverName: serverName)
        #expect(writer.exchange(2), "the next slot begins behind the room")
        let all = try events(folder)
        #expect(all.map(\.marker) == [1, 2] && all[1].serverName == nil)
        return all[0]
    }

    @Test("are the host's, another, or none")
    func kinds() throws {
        var outcome = SpoolOutcome.sample()
        #expect(try event(outcome).serverName == nil)
        outcome.namesHost = true
        let same = try event(outcome)
        #expect(same.serverName == "pypi.org" && same.end == outcome)
        let other = try event(.mismatch, Array("Evil.example".utf8))
        #expect(other.serverName == "Evil.example" && other.destinationHost == "pypi.org")
        #expect(other.policyID == "blocked-address" && other.allowedBy == "allow-registries")
        #expect(text(.event(other)).contains(#""sequence":1,"sni":"Evil.example","status":200"#))
    }

    @Test("are kept to the longest legal one, and cut and noted beyond")
    func lengths() throws {
        for length in [1, 252, 253, 254, 255, 20_000] {
            let name = (0..<length).map { UInt8(ascii: "a") + UInt8($0 % 26) }
            let event = try event(.mismatch, name)
            #expect(event.serverName == String(decoding: name.prefix(253), as: UTF8.self))
            #expect(event.truncated == (length > 253 ? ["sni"] : []))
        }
    }

    @Test("may hold any bytes")
    func bytes() throws {
        let event = try event(.mismatch, [0, 0xFF, 0x22, 0x0A])
        #expect(event.serverName == "\0\u{FFFD}\"\n")
        #expect(text(.event(event)).contains(#""sni":"\u0000\#u{FFFD}\"\n""#))
    }

    @Test("are left out where no room was kept for one")
    func noRoom() throws {
        let event = try event(.mismatch, Array("evil.example".utf8), reserved: false)
        #expect(event.serverName == nil && event.reason == .sniMismatch)
    }

    @Test("are not known of a tunnel that a dead gateway left open")
    func orphan() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            _ = boot.writer().open(.tunnel(1))
        }
        let report = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        #expect(report.orphans == 1 && report.torn == 0)
        let event = try #require(try events(folder).first)
        #expect(event.end.outcome == .aborted && event.serverName == nil)
    }

    @Test("find their room when the slot has moved to another segment")
    func moved() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        var slots: [SlotHandle] = []
        for index in 0..<80 {
            slots.append(try #require(writer.open(.tunnel(1_000_000 + UInt64(index)))))
            for marker in 0..<200 { #expect(writer.exchange(UInt64(marker))) }
            try boot.supply.prepare(now: 1)
        }
        for (index, slot) in slots.enumerated() {
            writer.conclude(slot, .mismatch, serverName: Array("name\(index).example".utf8))
        }
        let tunnels = try events(folder).filter { $0.marker >= 1_000_000 }
        #expect(tunnels.count == 80)
        for event in tunnels {
            #expect(event.serverName == "name\(event.marker - 1_000_000).example")
        }
    }

    @Test("are under the checksum, and the rest of the room is not")
    func damage() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            let slot = try #require(writer.open(.tunnel(1)))
            writer.conclude(slot, .mismatch, serverName: Array("evil.example".utf8))
        }
        let path = try #require(
            folder.segments.first { path in
                try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data("evil".utf8)) != nil
            }
        )
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let place = try #require(whole.range(of: Data("evil.example".utf8)))
        for offset in place.lowerBound..<place.upperBound + 1 {
            var damaged = whole
            damaged[offset] ^= 1
            damaged.replaceSubrange(128..<132, with: [0, 0, 0, 0])
            try damaged.write(to: URL(fileURLWithPath: path))
            let isName = offset < place.upperBound
            #expect(try events(folder).count == (isName ? 0 : 1))
            let report = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
            #expect(report.damagedOutcomes == (isName ? 1 : 0) && report.torn == 0)
        }
    }

    @Test("are absent from segments of version 1, which are read and recovered as before")
    func version1() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            #expect(writer.exchange(1))
            _ = writer.open(.sample(2))
        }
        for path in folder.segments {
            var segment = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(segment[8] == 5)
            segment[8] = 1
            let checksum = Array(segment[..<124]).span.crc32c()
            segment.replaceSubrange(
                124..<128,
                with: (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
            )
            try segment.write(to: URL(fileURLWithPath: path))
        }
        #expect(try events(folder).map(\.serverName) == [nil])
        let report = try SpoolRecovery.run(try SpoolFolder(path: folder.path))
        #expect(report.orphans == 1 && report.events == 2 && report.malformed.isEmpty)
        #expect(try events(folder).map(\.marker) == [1, 2])
        #expect(try events(folder).allSatisfy { $0.serverName == nil && $0.end.attempts <= 1 })
    }
}
