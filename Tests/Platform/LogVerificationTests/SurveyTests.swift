// What a sound log says about records that are not in it.

import ClawgressLogVerification
import ClawgressRecords
import Testing

@Suite("a verifier of records")
struct SurveyTests {
    private func key(_ number: UInt64) throws -> RecordKey {
        var key = try RecordLine.read(record(1).span).key
        key.number = number
        return key
    }

    private func gap(allow: Int, deny: Int, segment: Int = 4) -> [UInt8] {
        let text =
            #"{"allow":\#(allow),"boot_id":"\#(boot)","deny":\#(deny),"first":"2026-11-26T09:00:00Z","#
            + #""gateway_id":"gw-1","rate_limit":1,"record":"gap","segment":\#(segment),"worker":0}"#
        return Array(text.utf8)
    }

    @Test("names the numbers that are missing")
    func missing() throws {
        let log = try MemoryLog([1, 2, 5, 6, 9].map { record($0) })
        let stream = try key(1).stream
        #expect(try log.findings() == [.missing(stream, [3...4, 7...8], count: 4)])
        // The rest of the log may have them.
        #expect(try log.verifier.verify(0..<5).findings == [])
    }

    private func heartbeat(
        _ number: Int,
        _ phase: String,
        boot: String = boot,
        last: [Int]
    ) -> [UInt8] {
        let text =
            #"{"boot_id":"\#(boot)","gateway_id":"gw-1","last_sequences":\#(last.compacted),"#
            + #""phase":"\#(phase)","record":"heartbeat","sequence":\#(number),"worker":0}"#
        return Array(text.utf8)
    }

    @Test("names numbers at the end that a heartbeat spoke of, once there was time for them")
    func announced() throws {
        var second = try key(1).stream
        second.worker = 1
        let first = heartbeat(3, "running", last: [2, 2])
        // The other worker's records may be on their way.
        #expect(try MemoryLog([record(1), record(2), first]).findings() == [])
        let drain = heartbeat(4, "drain", last: [3, 2])
        #expect(try MemoryLog([record(1), record(2), first, drain]).findings() == [])
        let next = heartbeat(4, "running", last: [3, 5])
        let late = try MemoryLog([record(1), record(2), first, next])
        #expect(try late.findings() == [.missing(second, [1...2], count: 2)])
    }

    @Test("holds a life of a gateway to its last heartbeat when the next life has begun")
    func announcedBefore() throws {
        let other = String(repeating: "5", count: 32)
        let entries = [
            record(1), heartbeat(2, "running", last: [1, 0]),
            heartbeat(1, "start", boot: other, last: [0, 0]),
            heartbeat(2, "running", boot: other, last: [1, 0]),
        ]
        #expect(try MemoryLog(entries).findings() == [])
        var second = try key(1).stream
        second.worker = 1
        let cut = [record(1), heartbeat(2, "drain", last: [1, 4])] + entries[2...]
        #expect(try MemoryLog(cut).findings() == [.missing(second, [1...4], count: 4)])
    }

    @Test("counts no further than it can, whatever numbers a gateway chooses")
    func greatNumbers() throws {
        let greatest = 1 << 53 - 1
        let boots = (0..<40).map { String(repeating: "5", count: 28) + "\(1_000 + $0)" }
        let entries = boots.flatMap { boot in
            (1...2).map { number in
                heartbeat(
                    number,
                    "running",
                    boot: boot,
                    last: Array(repeating: greatest, count: 64)
                )
            }
        }
        let found = try MemoryLog(entries).findings()
        #expect(found.count == 16)
        guard case .missing(_, _, let count)? = found.first else {
            Issue.record("nothing is missing: \(found)")
            return
        }
        #expect(count == UInt64(greatest) - 2)
        let gaps = (1...2_100).map { gap(allow: greatest, deny: $0, segment: $0) }
        let admitted = try MemoryLog(gaps)
        var stream = try key(1).stream
        stream.kind = .gaps
        #expect(try admitted.findings() == [.gap(stream, lost: .max)])
    }

    @Test("tells when each gateway was heard last, and whether it said that it ends")
    func gateways() throws {
        func beat(_ name: String, _ number: Int, _ phase: String, _ time: String?) -> [UInt8] {
            let told = time.map { #""timestamp":"2026-11-26T\#($0):00.000000Z","# } ?? ""
            let text =
                #"{"boot_id":"\#(boot)","gateway_id":"\#(name)","last_sequences":[1],"#
                + #""phase":"\#(phase)","record":"heartbeat","sequence":\#(number),\#(told)"#
                + #""worker":0}"#
            return Array(text.utf8)
        }
        let own =
            #"{"boot_id":"\#(boot)","phase":"running","record":"heartbeat","sequence":1,"#
            + #""service_id":"audit","timestamp":"2026-11-26T23:00:00.000000Z","worker":0}"#
        let log = try MemoryLog([
            beat("gw-2", 1, "start", "09:00"), beat("gw-1", 1, "start", "09:01"),
            beat("gw-2", 2, "drain", "09:30"), beat("gw-1", 2, "drain", "09:02"),
            // One that was sent late, and one without a time.
            beat("gw-2", 3, "running", "09:10"), beat("gw-1", 3, "start", "09:40"),
            beat("gw-1", 4, "drain", nil), Array(own.utf8),
        ])
        let report = try log.verifier.verify()
        #expect(
            report.gateways == [
                GatewayLife(name: "gw-1", newest: "2026-11-26T09:40:00.000000Z", isEnded: false),
                GatewayLife(name: "gw-2", newest: "2026-11-26T09:30:00.000000Z", isEnded: true),
            ]
        )
        #expect(report.newest == "2026-11-26T23:00:00.000000Z")
    }

    @Test("names a record that is there twice")
    func repeated() throws {
        let log = try MemoryLog([1, 2, 2, 3].map { record($0) })
        #expect(try log.findings() == [.repeated(try key(2), index: 2)])
    }

    @Test("passes on what a sender admits to have lost")
    func gaps() throws {
        let log = try MemoryLog([record(1), gap(allow: 5, deny: 2), record(2)])
        var stream = try key(1).stream
        stream.kind = .gaps
        #expect(try log.findings() == [.gap(stream, lost: 8)])
    }

    @Test("says that an entry is no record")
    func noRecord() throws {
        let log = try MemoryLog([record(1), Array("hello".utf8)])
        #expect(try log.findings() == [.noRecord(index: 1, .notCanonical(offset: 0))])
    }
}

extension [Int] {
    fileprivate var compacted: String { "[" + map(String.init).joined(separator: ",") + "]" }
}
