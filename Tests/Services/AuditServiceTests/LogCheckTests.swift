// Checks and copies of whole state folders, and what they must find.

import ClawgressAuditService
import ClawgressTransparencyLog
import Foundation
import Testing

@Suite("a check of a log's folder")
struct LogCheckTests {
    /// A folder with a kept ledger, several checkpoints, and files of all kinds.
    private func made() async throws -> LogBench {
        let bench = try LogBench()
        bench.settings.journalBytes = 20_000
        let log = try bench.open()
        for round in 0..<10 as Range<UInt64> {
            _ = try await log.add(try entries(round * 100 + 1...round * 100 + 100))
            await log.publish()
        }
        _ = try await log.add(try entries([1_003]))
        await log.stop()
        try bench.keepVerifierKey()
        return bench
    }

    @Test("counts what is there, and changes nothing")
    func whole() async throws {
        let bench = try await made()
        let before = try bench.content()
        let report = try LogCheck(bench.places, settings: bench.settings).run()
        #expect(report.entries == 1_001 && report.waiting == 0)
        #expect(report.checkpoints == 11 && report.streams == 1 && report.missing == 2)
        #expect(try bench.content() == before)
    }

    @Test("is refused while the log has its writer")
    func held() async throws {
        let bench = try await made()
        let log = try bench.open()
        #expect(throws: LogOpeningError.self) {
            try LogCheck(bench.places, settings: bench.settings)
        }
        await log.stop()
    }

    @Test("finds a changed byte in every file that matters")
    func damage() async throws {
        let bench = try await made()
        let whole = try bench.content()
        var count = 0
        for (name, content) in whole where !content.isEmpty {
            // A file of a narrower tree has no reader but those of older checkpoints.
            guard !name.contains(".p/") || name.hasSuffix(".p/233") || name.hasSuffix(".p/3") else {
                continue
            }
            guard !name.hasPrefix("journal/"), name != "lock" else { continue }
            let path = "\(bench.folder)/\(name)"
            for place in [0, content.count / 3, content.count - 2] {
                var changed = content
                changed[place] ^= 1
                try Data(changed).write(to: URL(fileURLWithPath: path))
                #expect(throws: LogOpeningError.self, "\(name), byte \(place)") {
                    try LogCheck(bench.places, settings: bench.settings).run()
                }
                count += 1
            }
            try Data(content).write(to: URL(fileURLWithPath: path))
        }
        #expect(count > 30)
        _ = try LogCheck(bench.places, settings: bench.settings).run()
    }

    @Test("finds a checkpoint of another tree, though the log's key has signed it")
    func fork() async throws {
        let bench = try await made()
        let other = try LogBench(signer: bench.signer)
        let log = try other.open()
        _ = try await log.add(try entries(2...101))
        await log.publish()
        let forked = await log.checkpoint ?? ""
        await log.stop()
        let path = "\(bench.folder)/checkpoints"
        let book = try String(contentsOfFile: path, encoding: .utf8)
        try (forked + "\n" + book).write(toFile: path, atomically: false, encoding: .utf8)
        #expect(throws: LogOpeningError.self) {
            try LogCheck(bench.places, settings: bench.settings).run()
        }
    }

    @Test("makes the ledger again from the entries")
    func rebuild() async throws {
        let bench = try await made()
        try FileManager.default.removeItem(atPath: "\(bench.folder)/streams")
        #expect(throws: LogOpeningError.self) { try bench.open() }
        let check = try LogCheck(bench.places, settings: bench.settings)
        #expect(throws: LogOpeningError.self) { try check.run() }
        #expect(try check.run(rebuildsStreams: true).missing == 2)
        #expect(try check.run().missing == 2)
    }
}

@Suite("a copy of a log")
struct LogBackupTests {
    @Test("taken while records come is a log as of one of its checkpoints")
    func live() async throws {
        let bench = try LogBench()
        bench.settings.journalBytes = 20_000
        try bench.keepVerifierKey()
        try Data("sealed".utf8).write(to: URL(fileURLWithPath: bench.places.key))
        let log = try bench.open()
        _ = try await log.add(try entries(1...700))
        await log.publish()
        let writer = Task {
            for round in 7..<30 as Range<UInt64> {
                _ = try await log.add(try entries(round * 100 + 1...round * 100 + 100))
                await log.publish()
            }
        }
        let copy = try LogBench(signer: bench.signer)
        let target = AuditPlaces(stateFolder: "\(copy.folder)/copy")
        let count = try LogBackup.write(
            bench.places,
            to: target.stateFolder,
            settings: bench.settings
        )
        try await writer.value
        await log.stop()
        #expect(count >= 700)
        #expect(try bench.readAll().starts(with: try copy.readAll(target)))
        let report = try LogCheck(target, settings: copy.settings).run()
        #expect(report.entries == count && report.missing == 0)
        // It goes on, and knows what it has.
        let again = try copy.open(at: target)
        let next = UInt64(count) + 1
        #expect(
            try await again.add(try entries(next - 50...next)) == BatchOutcome(added: 1, known: 50)
        )
        await again.stop()
        #expect(try copy.readAll(target).count == count + 1)
        #expect(throws: LogOpeningError.self) {
            try LogBackup.write(bench.places, to: target.stateFolder, settings: bench.settings)
        }
    }

    @Test("of a damaged log is not made")
    func damaged() async throws {
        let bench = try LogBench()
        try bench.keepVerifierKey()
        try Data("sealed".utf8).write(to: URL(fileURLWithPath: bench.places.key))
        let log = try bench.open()
        _ = try await log.add(try entries(1...300))
        await log.stop()
        let path = URL(fileURLWithPath: "\(bench.places.log)/tile/entries/000")
        var bundle = try Data(contentsOf: path)
        bundle[bundle.count - 2] ^= 1
        try bundle.write(to: path)
        #expect(throws: LogOpeningError.self) {
            try LogBackup.write(
                bench.places,
                to: "\(bench.folder)/copy",
                settings: bench.settings
            )
        }
    }
}
