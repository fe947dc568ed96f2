// Alerts and signs of life.

import ClawgressAuditService
import ClawgressBytes
import ClawgressRecords
import Foundation
import Testing

@Suite("alerts of a log")
struct LogWatchTests {
    private func state(
        durable: Int = 10,
        covered: Int = 10,
        numbers: [UInt64] = [1],
        runsMax: Int = 100,
        isDiskFull: Bool = false
    ) throws -> LogState {
        var ledger = StreamLedger(runsMax: runsMax)
        for number in numbers {
            _ = try ledger.insert(try RecordLine.read(Array(line(number).utf8).span).key)
        }
        return LogState(
            durable: durable,
            covered: covered,
            ledger: ledger,
            isDiskFull: isDiskFull
        )
    }

    @Test("tell of missing records that stay missing, once, and of their coming")
    func missing() throws {
        var watch = LogWatch()
        let (hole, whole) = (try state(numbers: [1, 3]), try state(numbers: [1, 2, 3]))
        #expect(watch.look(hole, space: nil, now: 0) == [])
        #expect(watch.look(hole, space: nil, now: 29_999) == [])
        #expect(watch.look(hole, space: nil, now: 30_000) == [.recordsMissing])
        #expect(watch.look(hole, space: nil, now: 90_000) == [])
        #expect(watch.raised == [.recordsMissing])
        #expect(watch.look(whole, space: nil, now: 90_001) == [.recordsMissing])
        #expect(watch.raised == [])
        // A hole that closes in time is none.
        #expect(watch.look(hole, space: nil, now: 100_000) == [])
        #expect(watch.look(whole, space: nil, now: 110_000) == [])
        #expect(watch.look(hole, space: nil, now: 120_000) == [])
        #expect(watch.look(hole, space: nil, now: 149_999) == [])
    }

    @Test("tell of records that wait for a checkpoint, and not of a log that grows")
    func late() throws {
        var watch = LogWatch()
        for step in 0..<100 {
            let growing = try state(durable: step + 1, covered: step)
            #expect(watch.look(growing, space: nil, now: Int64(step) * 1_000) == [])
        }
        let stuck = try state(durable: 200, covered: 99)
        #expect(watch.look(stuck, space: nil, now: 108_999) == [])
        #expect(watch.look(stuck, space: nil, now: 109_000) == [.checkpointLate])
        #expect(watch.checkpointSince == 99_000)
        #expect(
            watch.look(try state(durable: 201, covered: 200), space: nil, now: 109_100)
                == [.checkpointLate]
        )
    }

    @Test("tell of what runs out")
    func room() throws {
        var watch = LogWatch()
        let little = DiskSpace(free: 49, total: 1_000)
        #expect(watch.look(try state(), space: little, now: 0) == [.diskNearlyFull])
        #expect(watch.look(try state(isDiskFull: true), space: little, now: 1) == [.diskFull])
        let enough = DiskSpace(free: 50, total: 1_000)
        let over = watch.look(try state(), space: enough, now: 2)
        #expect(Set(over) == [.diskFull, .diskNearlyFull])
        let full = try state(numbers: stride(from: 1, to: 21, by: 2).map { $0 }, runsMax: 10)
        #expect(watch.look(full, space: enough, now: 3) == [.streamsNearlyFull])
    }
}

@Suite("gateways that should be heard")
struct GatewayWatchTests {
    private func sign(_ name: String, _ phase: String) throws -> (SignOfLife, RecordKey) {
        let text =
            #"{"boot_id":"\#(boot)","gateway_id":"\#(name)","last_sequences":[1],"#
            + #""phase":"\#(phase)","record":"heartbeat","sequence":1,"worker":0}"#
        let (key, _, sign) = try RecordLine.read(Array(text.utf8).span)
        return (try #require(sign), key)
    }

    private func hear(_ watch: inout GatewayWatch, _ name: String, _ phase: String) throws {
        let (sign, key) = try sign(name, phase)
        watch.take(sign, of: key)
    }

    @Test("are missed after a while, until they are heard, or if they did not say that they end")
    func silence() throws {
        var watch = GatewayWatch(silenceMax: 180_000, retired: ["gw-9"])
        watch.look(now: 1_000_000)
        for name in ["gw-2", "gw-1", "gw-3", "gw-9"] { try hear(&watch, name, "start") }
        #expect(watch.isChanged && watch.silent == [])
        watch.look(now: 1_001_000)
        try hear(&watch, "gw-2", "running")
        try hear(&watch, "gw-3", "drain")
        watch.look(now: 1_061_000)
        watch.look(now: 1_180_999)
        #expect(watch.silent == [])
        watch.look(now: 1_181_000)
        #expect(watch.silent == ["gw-1"])
        #expect(watch.silences.map(\.name) == ["gw-1", "gw-2"])
        #expect(watch.silences.map(\.milliseconds) == [180_000, 120_000])
        try hear(&watch, "gw-1", "running")
        watch.look(now: 1_241_000)
        #expect(watch.silent == ["gw-2"])
        try hear(&watch, "gw-3", "start")
        watch.look(now: 1_241_001)
        #expect(watch.silences.map(\.name) == ["gw-1", "gw-2", "gw-3"])
    }

    @Test("are the same after a restart, which gives them time")
    func kept() throws {
        var watch = GatewayWatch(silenceMax: 180_000)
        for name in ["gw-2", "gw-1"] { try hear(&watch, name, "running") }
        #expect(String(decoding: watch.text, as: UTF8.self) == "gw-1\ngw-2\n")
        watch.keep()
        try hear(&watch, "gw-2", "running")
        #expect(!watch.isChanged)
        var next = GatewayWatch(silenceMax: 180_000, retired: ["gw-1"])
        next.restore(watch.text + Array("GW 3\n\n\u{e9}\n".utf8))
        next.look(now: 5_000_000)
        #expect(next.silent == [] && !next.isChanged)
        next.look(now: 5_180_000)
        #expect(next.silent == ["gw-2"])
        try hear(&next, "gw-2", "drain")
        #expect(next.isChanged && next.text == [])
    }
}

@Suite("rounds of a log")
struct RoundsTests {
    @Test("are due at their times, whatever a round takes, and a missed one is not made up for")
    func due() {
        var rounds = Rounds(every: 900, now: 1_000)
        let looks: [(now: Int64, pause: Int64)] = [
            (1_000, 900), (1_900, 900), (2_950, 750), (3_700, 900), (4_601, 899),
            // The round of 6,400 is missed, and the next is 900 after this one.
            (7_000, 0), (7_000, 900), (7_901, 899),
        ]
        for (now, pause) in looks { #expect(rounds.pause(at: now) == pause, "\(now)") }
    }

    @Test("leave time to sign within what is promised")
    func promised() {
        var settings = LogSettings()
        #expect(settings.round == 900)
        #expect(settings.silenceMax + 2 * settings.round < settings.idleCheckpointEvery)
        settings.checkpointEvery = 10
        settings.idleCheckpointEvery = 100
        #expect(settings.round == 9 && settings.silenceMax == 80)
        settings.checkpointEvery = 60_000
        #expect(settings.silenceMax == settings.round)
    }
}

@Suite("signs of life")
struct PulseTests {
    @Test("are due when the log had no newer checkpoint for a while")
    func due() {
        var generator = SystemRandomNumberGenerator()
        var pulse = Pulse(using: &generator)
        let looks: [(size: Int, elapsed: Int64, isDue: Bool)] = [
            (0, 500, false), (0, 500, false), (0, 500, true),
            (1, 500, false), (1, 999, false), (1, 1, true),
        ]
        for look in looks {
            let isDue = pulse.isDue(size: look.size, after: look.elapsed, limit: 1_000)
            #expect(isDue == look.isDue)
        }
        pulse.given()
        let isDue = pulse.isDue(size: 1, after: 500, limit: 1_000)
        #expect(!isDue)
    }

    @Test("are records of a stream of their own, numbered without holes")
    func records() throws {
        var generator = SystemRandomNumberGenerator()
        var pulse = Pulse(using: &generator)
        let moment: Int64 = 1_795_082_400_000_171
        let first = try LogEntry(pulse.record(at: moment))
        #expect(first.key.stream.sender == .service("audit") && first.key.number == 1)
        #expect(
            String(decoding: first.bytes, as: UTF8.self)
                .contains(#""timestamp":"2026-11-19T10:00:00.000171Z""#)
        )
        // One that found no room is given again under its number.
        #expect(try LogEntry(pulse.record(at: moment + 1)).key == first.key)
        pulse.given()
        #expect(try LogEntry(pulse.record(at: moment)).key.number == 2)
    }
}
