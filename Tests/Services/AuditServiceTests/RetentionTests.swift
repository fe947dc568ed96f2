// Pruning against every end that it can find: what is gone is below what was published, nothing that
// somebody holds is gone, and the log goes on and is checked as before.

import ClawgressAuditService
import ClawgressBytes
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Foundation
import Testing

@Suite("the retention", .timeLimit(.minutes(5)))
struct RetentionTests {
    /// 2026-11-26T09:00:00Z, in microseconds.
    private let now: Int64 = 1_795_683_600_000_000

    private func policy(days: Int? = nil, entries: Int? = nil) -> RetentionSettings {
        var settings = RetentionSettings()
        (settings.days, settings.entries) = (days, entries)
        return settings
    }

    /// A log of 1,100 entries, the first 1,000 of which are in no journal file.
    private func made(_ bench: LogBench, time: (Int) -> String = { _ in "" }) async throws {
        bench.settings.journalBytes = 4_096
        let log = try bench.open()
        for start in stride(from: 0, to: 1_100, by: 100) {
            let entries = try (start + 1...start + 100).map { number in
                let text = line(UInt64(number))
                let stamp = time(number)
                guard !stamp.isEmpty else { return try LogEntry(Array(text.utf8)) }
                let member = #","timestamp":"\#(stamp)","worker""#
                let dated = text.replacing(#","worker""#, with: member)
                return try LogEntry(Array(dated.utf8))
            }
            _ = try await log.add(entries)
            await log.publish()
        }
        await log.stop()
        try bench.keepVerifierKey()
    }

    private func bundles(_ bench: LogBench) throws -> [String] {
        try bench.content().keys.filter { $0.hasPrefix("log/tile/entries/") }.sorted()
    }

    private func prune(_ log: AuditLog, _ settings: RetentionSettings) async -> AuditLog.Pruning {
        while true {
            let step = await log.prune(settings, now: now)
            if step != .more { return step }
        }
    }

    @Test("removes whole bundles before the newest entries, and says so under the log's signature")
    func byNumber() async throws {
        let bench = try LogBench()
        try await made(bench)
        let log = try bench.open()
        #expect(await prune(log, policy(entries: 400)) == .done)
        #expect(log.bounds.minimum == 512)
        let left = ["002", "003", "004.p/76"].map { "log/tile/entries/\($0)" }
        #expect(try bundles(bench).filter { !$0.contains("004.p") } == Array(left.dropLast()))
        let content = try #require(try bench.content()["log/retention"])
        let keys = [bench.signer.key]
        let notice = try RetentionNotice.verified(content, of: "log.test/one", by: keys)
        #expect(notice.minimum == 512 && notice.entries == 400 && notice.days == nil)
        // Without a policy nothing goes, and what was said stays said.
        #expect(await prune(log, policy()) == .done)
        #expect(await prune(log, policy(entries: 4_000)) == .done)
        #expect(log.bounds.minimum == 512)
        // What was pruned is known, and comes to no second place.
        #expect(try await log.add(try entries(1...300)) == BatchOutcome(added: 0, known: 300))
        #expect(try await log.add(try entries(1_101...1_300)) == BatchOutcome(added: 200, known: 0))
        await log.stop()
        let report = try LogCheck(bench.places, settings: bench.settings).run()
        #expect(report.entries == 1_300 && report.missing == 0)
    }

    @Test("keeps what somebody holds, whatever its age")
    func held() async throws {
        let bench = try LogBench()
        try await made(bench)
        let log = try bench.open()
        log.bounds.hold("sink", from: 300)
        log.bounds.hold("other", from: 900)
        #expect(await prune(log, policy(entries: 256)) == .done)
        #expect(log.bounds.minimum == 256)
        log.bounds.hold("sink", from: 511)
        #expect(await prune(log, policy(entries: 256)) == .done)
        #expect(log.bounds.minimum == 256)
        log.bounds.release("sink")
        #expect(await prune(log, policy(entries: 256)) == .done)
        #expect(log.bounds.minimum == 768)
        await log.stop()
    }

    @Test("keeps what the journal still has")
    func journal() async throws {
        let bench = try LogBench()
        bench.settings.journalBytes = 1 << 20
        let log = try bench.open()
        _ = try await log.add(try entries(1...1_000))
        await log.publish()
        #expect(await prune(log, policy(entries: 256)) == .done)
        #expect(log.bounds.minimum == 0)
        await log.stop()
    }

    /// Says that a bundle's file was written at a time; by its number, in microseconds since 1970.
    private func came(_ bench: LogBench, from first: Int = 0, _ times: [Int64]) throws {
        for (index, time) in zip(first..., times) {
            let date = Date(timeIntervalSince1970: Double(time) / 1_000_000)
            try FileManager.default.setAttributes(
                [.modificationDate: date],
                ofItemAtPath: "\(bench.places.log)/tile/entries/00\(index)"
            )
        }
    }

    /// So many days ago.
    private func ago(_ days: Int64) -> Int64 { now - days * 86_400_000_000 }
    private var second: Int64 { 1_000_000 }
    private var hour: Int64 { 3_600 * second }

    @Test("takes what came of late for new, whatever time it tells")
    func wrongClock() async throws {
        let bench = try LogBench()
        try await made(bench) { _ in "2020-01-01T00:00:00.000000Z" }
        let log = try bench.open()
        try came(bench, [ago(31), ago(29), ago(31)])
        #expect(await prune(log, policy(days: 30)) == .done)
        #expect(log.bounds.minimum == 256)
        await log.stop()
    }

    @Test("removes a bundle when its newest record is too old")
    func byAge() async throws {
        let bench = try LogBench()
        try await made(bench) { number in
            switch number {
            // The last record of the second bundle is of today.
            case 512: "2026-11-26T08:00:00.000000Z"
            case 1...256: "2026-11-15T08:59:59.999999Z"
            default: "2026-11-16T09:00:00.000000Z"
            }
        }
        try came(bench, [ago(12) + hour, ago(2) + hour, ago(0)])
        let log = try bench.open()
        #expect(await prune(log, policy(days: 12)) == .done)
        #expect(log.bounds.minimum == 0)
        // It came earlier, and what it tells decides.
        #expect(await prune(log, policy(days: 11)) == .done)
        #expect(log.bounds.minimum == 256)
        #expect(await prune(log, policy(days: 1)) == .done)
        #expect(log.bounds.minimum == 256)
        await log.stop()
    }

    @Test("believes no record that it is younger than a day after its arrival")
    func ahead() async throws {
        let bench = try LogBench()
        try await made(bench) { number in
            switch number {
            case 1, 300: "9999-12-31T23:59:59.999999Z"
            default: "2020-01-01T00:00:00.000000Z"
            }
        }
        let log = try bench.open()
        try came(bench, [ago(31) - second, ago(31), ago(40)])
        #expect(await prune(log, policy(days: 30)) == .done)
        #expect(log.bounds.minimum == 256)
        try came(bench, from: 1, [ago(31) - second])
        #expect(await prune(log, policy(days: 30)) == .done)
        #expect(log.bounds.minimum == 768)
        await log.stop()
    }

    @Test("goes by the time at which they came where records tell none")
    func timeless() async throws {
        let bench = try LogBench()
        try await made(bench)
        let log = try bench.open()
        try came(bench, [ago(2), ago(0)])
        #expect(await prune(log, policy(days: 1)) == .done)
        #expect(log.bounds.minimum == 256)
        await log.stop()
    }

    @Test("never has less than it published, whenever the process ends")
    func ends() async throws {
        var ends = 0
        for changes in 0..<200 {
            let bench = try LogBench()
            try await made(bench)
            let dying = DyingDisk(after: changes) { $0 / 2 }
            guard let log = try? bench.open(dying.disk) else { continue }
            _ = await prune(log, policy(entries: 256))
            let isWhole = !dying.isDead
            await log.stop()
            let next = try bench.open()
            let minimum = next.bounds.minimum
            let left = try bundles(bench)
            for index in minimum / 256..<4 {
                #expect(left.contains("log/tile/entries/00\(index)"), "\(changes): \(index)")
            }
            await next.finishPruning()
            let after = try bundles(bench)
            for index in 0..<minimum / 256 {
                #expect(!after.contains("log/tile/entries/00\(index)"), "\(changes): \(index)")
            }
            _ = try await next.add(try entries(1_101...1_110))
            #expect(await prune(next, policy(entries: 256)) == .done)
            #expect(next.bounds.minimum == 768)
            await next.stop()
            let report = try LogCheck(bench.places, settings: bench.settings).run()
            #expect(report.entries == 1_110, "\(changes)")
            ends += 1
            if isWhole { break }
        }
        #expect(ends > 10 && ends < 190)
    }

    @Test("leaves a log that can be copied, checked and gone on with")
    func copies() async throws {
        let bench = try LogBench()
        try await made(bench)
        let log = try bench.open()
        #expect(await prune(log, policy(entries: 256)) == .done)
        // The copy takes the key as it is, sealed.
        try Data([1]).write(to: URL(fileURLWithPath: bench.places.key))
        let target = "\(bench.folder)/copy"
        let size = try LogBackup.write(bench.places, to: target, settings: bench.settings)
        #expect(size == 1_100)
        await log.stop()
        let copy = AuditPlaces(stateFolder: target)
        #expect(try LogCheck(copy, settings: bench.settings).run().entries == 1_100)
        #expect(throws: LogOpeningError.self) {
            try LogCheck(copy, settings: bench.settings).run(rebuildsStreams: true)
        }
        let opened = try bench.open(at: copy)
        #expect(opened.bounds.minimum == 768)
        #expect(try await opened.add(try entries(1...1_000)).known == 1_000)
        await opened.stop()
        // A bundle behind the minimum index is missed.
        try FileManager.default.removeItem(atPath: "\(copy.log)/tile/entries/003")
        #expect(throws: LogOpeningError.self) {
            try LogCheck(copy, settings: bench.settings).run()
        }
    }

    @Test("is refused where it says what cannot be")
    func refused() async throws {
        let bench = try LogBench()
        try await made(bench)
        let other = try NoteSigner.generate(.ed25519, name: "log.test/one")
        for (minimum, signer) in [(256, other), (2_048, bench.signer)] {
            let notice = try #require(
                RetentionNotice(origin: "log.test/one", minimum: minimum, days: 1, entries: nil)
            )
            var note = try #require(SignedNote(text: notice.text))
            try signer.sign(&note, time: 0)
            try note.encoded.write(
                toFile: bench.places.retention,
                atomically: false,
                encoding: .utf8
            )
            #expect(throws: LogOpeningError.self) { try bench.open() }
        }
    }
}
