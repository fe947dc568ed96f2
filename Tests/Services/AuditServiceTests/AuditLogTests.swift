// The log against a naive one, and against every end that its process can find.

import ClawgressAuditService
import ClawgressBytes
import ClawgressRecords
import Foundation
import Synchronization
import Testing

@Suite("the log", .timeLimit(.minutes(5)))
struct AuditLogTests {
    @Test("has each record once, in order, whatever is sent again or out of order")
    func idempotent() async throws {
        let bench = try LogBench()
        let log = try bench.open()
        #expect(try await log.add(try entries(1...10)) == BatchOutcome(added: 10, known: 0))
        #expect(try await log.add(try entries(5...12)) == BatchOutcome(added: 2, known: 6))
        #expect(try await log.add(try entries([20, 20, 15])) == BatchOutcome(added: 2, known: 1))
        #expect(await log.state.ledger.missing == 6)
        #expect(try await log.add(try entries(13...20)) == BatchOutcome(added: 6, known: 2))
        #expect(await log.state.ledger.missing == 0)
        await log.publish()
        let order: [UInt64] =
            Array(1...12) + [20, 15, 13, 14, 16, 17, 18, 19]
        #expect(try bench.readAll() == order.map { line($0) })
        await log.stop()
    }

    @Test("misses what a heartbeat speaks of until it comes")
    func announced() async throws {
        let bench = try LogBench()
        let log = try bench.open()
        _ = try await log.add(try entries(1...3))
        _ = try await log.add([try LogEntry(Array(heartbeat(4, last: [3, 2]).utf8))])
        #expect(await log.state.missing == 2)
        var watch = LogWatch()
        _ = watch.look(await log.state, space: nil, now: 0)
        #expect(watch.look(await log.state, space: nil, now: 30_000).contains(.recordsMissing))
        let late = try [1, 2].map { try LogEntry(Array(line($0, worker: 1).utf8)) }
        _ = try await log.add(late)
        #expect(await log.state.missing == 0)
        await log.stop()
    }

    @Test(
        "misses it after a start, too, from its journal and from what it keeps",
        arguments: [65_536, 20_000]
    )
    func announcedBefore(journalBytes: Int) async throws {
        let bench = try LogBench()
        bench.settings.journalBytes = journalBytes
        var log = try bench.open()
        _ = try await log.add(try entries(1...3))
        _ = try await log.add([try LogEntry(Array(heartbeat(4, last: [9, 2]).utf8))])
        // So many that a small journal file with the heartbeat is full, and goes.
        for round in 0..<3 as Range<UInt64> {
            let padding = String(repeating: "x", count: 200)
            let lines = (1...40).map { line(round * 40 + $0, worker: 3, padding: padding) }
            _ = try await log.add(try lines.map { try LogEntry(Array($0.utf8)) })
            await log.publish()
        }
        let isKept = FileManager.default.fileExists(atPath: "\(bench.folder)/streams")
        #expect(isKept == (journalBytes == 20_000))
        for _ in 0..<2 {
            await log.stop()
            log = try bench.open()
            // Of the first worker 5 to 9, of the second 1 and 2.
            #expect(await log.state.missing == 7)
        }
        await log.stop()
        try bench.keepVerifierKey()
        #expect(try LogCheck(bench.places, settings: bench.settings).run().missing == 7)
        if isKept {
            try FileManager.default.removeItem(atPath: "\(bench.folder)/streams")
            let check = try LogCheck(bench.places, settings: bench.settings)
            #expect(try check.run(rebuildsStreams: true).missing == 7)
        }
        log = try bench.open()
        _ = try await log.add(try entries(5...9))
        _ = try await log.add(try [1, 2].map { try LogEntry(Array(line($0, worker: 1).utf8)) })
        #expect(await log.state.missing == 0)
        await log.stop()
    }

    @Test("remembers no more streams that heartbeats name than of records")
    func named() async throws {
        let bench = try LogBench()
        bench.settings.runsMax = 20
        bench.settings.runsPerSender = 20
        let log = try bench.open()
        func heartbeat(_ number: Int, _ sequences: [Int]) throws -> LogEntry {
            let text =
                #"{"boot_id":"\#(boot)","gateway_id":"gw-\#(number)","last_sequences":"#
                + "[\(sequences.map(String.init).joined(separator: ","))],"
                + #""phase":"running","record":"heartbeat","sequence":\#(number),"worker":0}"#
            return try LogEntry(Array(text.utf8))
        }
        let ones = Array(repeating: 1, count: 10)
        _ = try await log.add([heartbeat(1, ones), heartbeat(2, Array(ones.prefix(9)))])
        #expect(await log.state.announced.streamCount == 19)
        // In one batch, in one group, and in the next one.
        await #expect(throws: LogRefusal.ledgerFull) {
            try await log.add([try heartbeat(3, [1]), try heartbeat(4, [1])])
        }
        #expect(await log.state.ledger.streamCount == 2)
        _ = try await log.add([heartbeat(3, [1, 0, 0])])
        await #expect(throws: LogRefusal.ledgerFull) { try await log.add([try heartbeat(4, [1])]) }
        // What is named already costs nothing more.
        #expect(try await log.add([heartbeat(4, [0])]).added == 1)
        var watch = LogWatch()
        let raised = watch.look(await log.state, space: nil, now: 0)
        #expect(raised.contains(.streamsNearlyFull))
        await log.stop()
    }

    @Test("lets no sender use up what there is for all of them, by names or by records")
    func namedByOne() async throws {
        let bench = try LogBench()
        bench.settings.runsMax = 80
        var log = try bench.open()
        func beat(_ gateway: Int, life: Int, names: Int, number: Int = 1) throws -> LogEntry {
            let ones = (names == 0 ? ["0"] : Array(repeating: "1", count: names))
                .joined(separator: ",")
            let text =
                #"{"boot_id":"\#(boot.dropLast(2))\#(life + 10)","gateway_id":"gw-\#(gateway)","#
                + #""last_sequences":[\#(ones)],"phase":"running","record":"heartbeat","#
                + #""sequence":\#(number),"worker":0}"#
            return try LogEntry(Array(text.utf8))
        }
        let full = LogRefusal.senderFull(streamsMax: 10)
        // By names: ten in two lives; and not in parts.
        _ = try await log.add([beat(1, life: 1, names: 4), beat(1, life: 2, names: 6)])
        await #expect(throws: full) { try await log.add([try beat(1, life: 3, names: 1)]) }
        await #expect(throws: full) {
            let known = try beat(1, life: 2, names: 6, number: 2)
            _ = try await log.add([known, try beat(1, life: 3, names: 1)])
        }
        #expect(await log.state.durable == 2)
        // By records that name nothing.
        _ = try await log.add((10..<20).map { try beat(2, life: $0, names: 0) })
        await #expect(throws: full) { try await log.add([try beat(2, life: 20, names: 0)]) }
        #expect(await log.state.nearlyFullSenders == [.gateway("gw-1"), .gateway("gw-2")])
        var watch = LogWatch()
        #expect(watch.look(await log.state, space: nil, now: 0).contains(.streamsNearlyFull))
        for restart in 1...2 {
            // Their lives go on, and others begin.
            _ = try await log.add([beat(1, life: 2, names: 6, number: 1 + restart)])
            #expect(
                try await log.add([beat(2, life: 12, names: 0, number: 1 + restart)]).added == 1
            )
            #expect(try await log.add([beat(2 + restart, life: 1, names: 10)]).added == 1)
            await log.stop()
            // A bound that has become less keeps nobody from what there is.
            bench.settings.runsPerSender = restart == 1 ? nil : 5
            log = try bench.open()
        }
        await #expect(throws: LogRefusal.senderFull(streamsMax: 5)) {
            try await log.add([try beat(1, life: 3, names: 1)])
        }
        #expect(try await log.add([beat(2, life: 12, names: 0, number: 4)]).added == 1)
        await log.stop()
    }

    @Test("is the tree of all its entries at each size at which files change")
    func sizes() async throws {
        let bench = try LogBench()
        var next: UInt64 = 1
        var log = try bench.open()
        for size: UInt64 in [0, 1, 2, 255, 256, 257, 511, 512, 1_025] {
            if next <= size { _ = try await log.add(try entries(next...size)) }
            next = size + 1
            await log.publish()
            #expect(try bench.readAll().count == Int(size))
            await log.stop()
            log = try bench.open()
        }
        #expect(try bench.readAll() == (1...1_025).map { line($0) })
    }

    @Test("adds what comes at once in groups, and loses nothing of it")
    func concurrent() async throws {
        let bench = try LogBench()
        let log = try bench.open()
        try await withThrowingTaskGroup(of: BatchOutcome.self) { group in
            for batch in 0..<40 as Range<UInt64> {
                // Each record is in two batches.
                group.addTask { try await log.add(try entries(batch * 50 + 1...batch * 50 + 100)) }
            }
            var added = 0
            for try await outcome in group { added += outcome.added }
            #expect(added == 2_050)
        }
        await log.stop()
        #expect(Set(try bench.readAll()) == Set((1...2_050).map { line($0) }))
        #expect(try bench.readAll().count == 2_050)
    }

    @Test("brings its work on the disk to its end in a task that is cancelled")
    func cancelled() async throws {
        let bench = try LogBench()
        let log = try bench.open()
        _ = try await log.add(try entries(1...3))
        await log.publish()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            _ = try await log.add(try entries(4...6))
            await log.publish()
            await log.thinCheckpoints()
            return try await log.consistency(since: 3).hashes
        }
        task.cancel()
        #expect(try await !task.value.isEmpty)
        await log.stop()
        #expect(try bench.readAll() == (1...6).map { line($0) })
    }

    @Test("refuses a second writer")
    func secondWriter() async throws {
        let bench = try LogBench()
        let log = try bench.open()
        #expect(throws: LogOpeningError.self) { try bench.open() }
        await log.stop()
    }

    /// Batches with overlaps, checkpoints between them, and files of the journal that are full.
    private static func work(_ log: AuditLog) async -> UInt64 {
        var acknowledged: UInt64 = 0
        for round in 0..<6 as Range<UInt64> {
            let last = (round + 1) * 70
            let batch = try? entries(max(1, round * 70)...last)
            guard let batch, (try? await log.add(batch)) != nil else { return acknowledged }
            acknowledged = last
            if round % 2 == 1 { await log.publish() }
        }
        return acknowledged
    }

    @Test("goes on with the same tree after an end before, or in, any change of its disk")
    func everyEnd() async throws {
        var changes = 0
        var ended = true
        while ended {
            for part in [0, 7, 1_000, Int.max] {
                let bench = try LogBench()
                bench.settings.journalBytes = 20_000
                let disk = DyingDisk(after: changes) { min($0, part) }
                var acknowledged: UInt64 = 0
                if let log = try? bench.open(disk.disk) {
                    acknowledged = await Self.work(log)
                    await log.stop()
                }
                ended = disk.isDead
                let before = (try? bench.readAll()) ?? []
                let log = try bench.open()
                await log.publish()
                let found = try bench.readAll()
                #expect(found.starts(with: before), "ended at \(changes), part \(part)")
                #expect(
                    found.starts(with: (0..<acknowledged).map { line($0 + 1) }),
                    "ended at \(changes), part \(part)"
                )
                #expect(Set(found).count == found.count)
                // Whoever got no answer sends again.
                #expect(await Self.work(log) == 420)
                await log.stop()
                #expect(try bench.readAll() == (1...420).map { line($0) })
            }
            changes += 1
        }
        #expect(changes > 60)
    }

    @Test("takes nothing while the disk is full, and everything afterwards")
    func diskFull() async throws {
        let bench = try LogBench()
        bench.settings.pendingBytesMax = 10_000
        let disk = DyingDisk(after: .max)
        let log = try bench.open(disk.disk)
        _ = try await log.add(try entries(1...50))
        disk.fill(true)
        await #expect(throws: LogRefusal.diskFull) { try await log.add(try entries(51...500)) }
        await log.publish()
        #expect(await log.state.isDiskFull)
        disk.fill(false)
        #expect(try await log.add(try entries(1...500)) == BatchOutcome(added: 450, known: 50))
        await log.stop()
        #expect(try bench.readAll() == (1...500).map { line($0) })
    }

    @Test("waits where no file can be opened, and goes on", arguments: [24, 23] as [Int32])
    func tooManyFiles(code: Int32) async throws {
        let bench = try LogBench()
        bench.settings.journalBytes = 20_000
        let lacks = Mutex(false)
        let disk = LogDisk { change throws(FileError) in
            guard lacks.withLock({ $0 }) else { return nil }
            switch change {
            case .createFile(let path), .synchroniseFolder(let path):
                throw FileError(code: code, operation: "open", path: path)
            default: return nil
            }
        }
        let log = try bench.open(disk)
        _ = try await log.add(try entries(1...50))
        await log.publish()
        lacks.withLock { $0 = true }
        // What fits into the open file of the journal is taken; a new file cannot be made.
        await #expect(throws: LogRefusal.tooManyFiles) {
            for number in 51...900 as ClosedRange<UInt64> {
                _ = try await log.add(try entries([number]))
            }
        }
        let durable = await log.state.durable
        #expect(durable > 50)
        await log.publish()
        #expect(await log.size == 50)
        lacks.withLock { $0 = false }
        _ = try await log.add(try entries(1...900))
        await log.publish()
        #expect(await log.size == 900)
        await log.stop()
        #expect(Set(try bench.readAll()) == Set((1...900).map { line($0) }))
        #expect(try bench.readAll().count == 900)
    }

    @Test("does not start on a folder that does not fit together")
    func damage() async throws {
        let bench = try LogBench()
        let log = try bench.open()
        _ = try await log.add(try entries(1...300))
        await log.publish()
        _ = try await log.add(try entries(301...310))
        _ = try await log.add(try entries(311...320))
        // The folder as a crash would leave it now, in parts of different times.
        let copy = "\(bench.folder)-copy"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.copyItem(atPath: bench.folder, toPath: copy)
        await log.stop()
        let journal = "journal/journal-00000000000000000000"
        let cases: [(String, (inout Data) -> Void)] = [
            ("log/tile/0/001.p/44", { $0[40] ^= 1 }),
            ("log/tile/entries/001.p/44", { $0[40] ^= 1 }),
            ("log/checkpoint", { $0[30] ^= 1 }),
            ("checkpoints", { $0[$0.count - 8] ^= 1 }),
            (journal, { $0[60] ^= 1 }),
            (journal, { $0.removeLast($0.count - 100) }),
        ]
        for (name, damage) in cases {
            let path = "\(copy)/\(name)"
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            var changed = whole
            damage(&changed)
            try changed.write(to: URL(fileURLWithPath: path))
            #expect(throws: LogOpeningError.self, "\(name)") {
                try bench.open(at: AuditPlaces(stateFolder: copy))
            }
            try whole.write(to: URL(fileURLWithPath: path))
        }
        let again = try bench.open(at: AuditPlaces(stateFolder: copy))
        #expect(await again.state.durable == 320)
        await again.stop()
    }

    @Test("proves that each checkpoint goes on where an earlier one ended")
    func consistency() async throws {
        let bench = try LogBench()
        let log = try bench.open()
        var heads: [TreeHeadText] = []
        for size: UInt64 in [3, 256, 300, 700] {
            let from = UInt64(heads.last?.size ?? 0) + 1
            _ = try await log.add(try entries(from...size))
            await log.publish()
            heads.append(try TreeHeadText(await log.checkpoint ?? ""))
            for old in heads {
                let (note, hashes) = try await log.consistency(since: old.size)
                try old.check(note, hashes)
            }
        }
        #expect(try await log.consistency(since: 9_999).hashes.isEmpty)
        await log.stop()
    }
}
