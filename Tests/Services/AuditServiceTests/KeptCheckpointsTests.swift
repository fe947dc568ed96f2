// Old checkpoints become fewer, and the log is as whole as before, whatever ends the process meanwhile.

import ClawgressAuditService
import ClawgressTransparencyLog
import Foundation
import Testing

@Suite("kept checkpoints")
struct KeptCheckpointsTests {
    /// The sizes in a log's file of checkpoints, and its length.
    private static func book(_ bench: LogBench) throws -> (sizes: [Int], length: Int) {
        let text = try String(contentsOfFile: "\(bench.folder)/checkpoints", encoding: .utf8)
        let parts = text.components(separatedBy: "\n\n").dropLast()
        // Text and signatures stand one behind the other.
        let texts = parts.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        let sizes = texts.compactMap { Int($0.split(separator: "\n")[1]) }
        return (sizes, text.utf8.count)
    }

    /// A log of so many checkpoints, each of one entry more.
    private static func grown(_ bench: LogBench, to count: UInt64) async throws -> AuditLog {
        let log = try bench.open()
        for number in 1...count {
            _ = try await log.add(try entries([number]))
            await log.publish()
        }
        return log
    }

    @Test("are all there until there are too many, then the newest, and the first of the old ones")
    func thinned() async throws {
        let bench = try LogBench()
        bench.settings.bookBytesMax = 8_000
        try bench.keepVerifierKey()
        var log = try await Self.grown(bench, to: 20)
        await log.thinCheckpoints()
        #expect(try Self.book(bench).sizes == Array(1...20))
        let early = await log.checkpoint ?? ""
        for number in 21...100 as ClosedRange<UInt64> {
            _ = try await log.add(try entries([number]))
            await log.publish()
            await log.thinCheckpoints()
            let book = try Self.book(bench)
            // One more may stand there until it is looked at.
            #expect(book.length <= 8_400 && book.length > 3_500)
            #expect(book.sizes.first == 1 && book.sizes.last == Int(number))
            let newest = book.sizes.dropFirst()
            #expect(newest.elementsEqual(newest[1]...Int(number)))
        }
        #expect(try Self.book(bench).sizes.count < 50)
        // Who kept one that is gone finds that the log goes on from there.
        let (note, hashes) = try await log.consistency(since: 20)
        try TreeHeadText(early).check(note, hashes)
        await log.stop()
        let report = try LogCheck(bench.places, settings: bench.settings).run()
        #expect(try report.checkpoints == Self.book(bench).sizes.count && report.entries == 100)
        log = try bench.open()
        #expect(await log.size == 100)
        await log.stop()
    }

    @Test("leave one whole book, whatever ends the process while they are made fewer")
    func everyEnd() async throws {
        var changes = 0
        var ended = true
        while ended {
            let bench = try LogBench()
            let log = try await Self.grown(bench, to: 40)
            await log.stop()
            let whole = try Self.book(bench).sizes
            bench.settings.bookBytesMax = 2_000
            // Opening makes three folders, which are there, and no other change.
            let disk = DyingDisk(after: changes) { min($0, 700) }
            if let log = try? bench.open(disk.disk) {
                await log.thinCheckpoints()
                ended = disk.isDead
                await log.stop()
            }
            let left = try Self.book(bench).sizes
            #expect(left == whole || (left.count < 12 && left.first == 1 && left.last == 40))
            let again = try bench.open()
            #expect(await again.size == 40)
            _ = try await again.add(try entries([41]))
            await again.publish()
            await again.thinCheckpoints()
            let book = try Self.book(bench)
            #expect(book.sizes.last == 41 && book.length <= 2_000)
            await again.stop()
            #expect(try bench.readAll().count == 41)
            changes += 1
        }
        #expect(changes > 8)
    }

    @Test("stay one for so many entries, and no more go when it is done again")
    func policy() {
        let each = BookThinning.entriesEach
        let sizes = Array(stride(from: 1, to: 10 * each, by: each / 3))
        var thinning = BookThinning(whole: .max)
        let kept = sizes.filter { thinning.keeps(size: $0, at: 0) }
        #expect(kept.map { $0 / each } == Array(0..<10))
        let firsts = Dictionary(grouping: sizes) { $0 / each }.values.compactMap { $0.min() }
        #expect(Set(kept) == Set(firsts))
        var again = BookThinning(whole: .max)
        #expect(kept.allSatisfy { again.keeps(size: $0, at: 0) })
        var late = BookThinning(whole: 500)
        #expect(late.keeps(size: 1, at: 0) && !late.keeps(size: 2, at: 499))
        #expect(late.keeps(size: 3, at: 500) && late.keeps(size: 4, at: 501))
    }
}
