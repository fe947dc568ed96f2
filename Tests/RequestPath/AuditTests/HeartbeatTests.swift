// Signs of life lie among the events of a worker, under its numbers, and survive what they survive.

import ClawgressAudit
import ClawgressBytes
import Testing

@Suite("Heartbeats in the spool")
struct HeartbeatTests {
    private static func sample(
        _ phase: Heartbeat.Phase = .running,
        workers: Int = 2
    ) -> Heartbeat {
        Heartbeat(
            timestamp: 1_795_467_600_000_171,
            phase: phase,
            openExchanges: 3,
            dropped: 5,
            lastSequences: (0..<workers).map { UInt64($0) + 40 }
        )
    }

    @Test("are one line of canonical JSON, with the worker's next number")
    func line() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, workers: 2)
        let writer = boot.writer(1)
        #expect(writer.exchange(1))
        #expect(writer.record(Self.sample()))
        #expect(writer.exchange(2))
        let found = try records(folder)
        #expect(found.count == 3)
        let line = found.compactMap { if case .heartbeat = $0 { text($0) } else { nil } }
        #expect(
            line == [
                #"{"boot_id":"000000000000b0070000000000000001","dropped":5,"event_version":1,"#
                    + #""gateway_id":"gw-1","last_sequences":[40,41],"open_exchanges":3,"#
                    + #""phase":"running","record":"heartbeat","sequence":2,"#
                    + #""timestamp":"2026-11-23T21:00:00.000171Z","worker":1}"#
            ]
        )
        #expect(try events(folder).map(\.sequence) == [1, 3])
    }

    @Test("fit with all workers that there can be, and leave the rest out")
    func manyWorkers() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        #expect(writer.record(Self.sample(.start, workers: 64)))
        #expect(writer.record(Self.sample(.drain, workers: 200)))
        let found = try records(folder).compactMap { record in
            if case .heartbeat(let record) = record { record } else { nil }
        }
        #expect(found.map(\.heartbeat.phase) == [.start, .drain])
        #expect(found.allSatisfy { $0.heartbeat == Self.sample($0.heartbeat.phase, workers: 64) })
    }

    @Test(
        "name the start before that was cut off, whatever the number of workers",
        arguments: [1, 64]
    )
    func uncleanShutdown(workers: Int) throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder)
        let writer = boot.writer()
        let cutOff = BootID(high: 0xDEAD, low: 0xB007)
        let beat = Heartbeat(
            timestamp: 1,
            phase: .start,
            openExchanges: 0,
            dropped: 0,
            lastSequences: Array(repeating: 0, count: workers),
            uncleanBoot: cutOff
        )
        #expect(writer.record(beat))
        #expect(writer.record(Self.sample(workers: workers)))
        let found = try records(folder).compactMap { record in
            if case .heartbeat(let record) = record { record.heartbeat } else { nil }
        }
        #expect(found == [beat, Self.sample(workers: workers)])
        let lines = try records(folder).map { text($0) }
        let member = #""unclean_shutdown":"\#(cutOff.text)","worker":0}"#
        #expect(lines[0].hasSuffix(member))
        #expect(!lines[1].contains("unclean_shutdown"))
    }

    @Test("go to the next segment at the end of one, and are nowhere without room")
    func room() throws {
        let folder = TemporaryFolder()
        let boot = try Boot(folder, bytesMax: 140_000)
        let writer = boot.writer()
        var written: UInt64 = 0
        while writer.record(Self.sample()) { written += 1 }
        #expect(written > 1_000)
        #expect(writer.lastSequence == written)
        #expect(writer.lostCount == 0)
        #expect(UInt64(try records(folder).count) == written)
    }

    @Test("survive the end of the process, and give their numbers to recovery")
    func recovery() throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            _ = writer.open(.sample(1))
            #expect(writer.record(Self.sample()))
        }
        let report = try SpoolRecovery.run(SpoolFolder(path: folder.path))
        #expect(report.orphans == 1)
        #expect(report.torn == 0)
        #expect(try events(folder).map(\.sequence) == [2])
        #expect(try records(folder).count == 2)
    }

    @Test(
        "are damage when any byte of theirs is changed",
        arguments: [0, 8, 12, 16, 24, 48, 49, 50, 60]
    )
    func damage(offset: Int) throws {
        let folder = TemporaryFolder()
        do {
            let boot = try Boot(folder)
            let writer = boot.writer()
            #expect(writer.record(Self.sample()))
        }
        #expect(try records(folder).count == 1)
        let place = 4_096 + (offset & ~3)
        for path in folder.segments {
            var file = try MappedFile.open(path: path, writable: true)
            guard file.length > 4_096, file.observe(at: 4_096) != 0 else { continue }
            file.publish(file.observe(at: place) ^ (0x40 << UInt32(8 * (offset & 3))), at: place)
        }
        #expect(try records(folder).isEmpty)
    }
}
