// The journal cut off, and changed, at every one of its bytes: a log that starts again is the
// beginning of the one that was there, with all that a checkpoint covers, or it does not start.

import ClawgressAuditService
import Foundation
import Testing

@Suite("a journal", .timeLimit(.minutes(5)))
struct JournalDamageTests {
    /// A log's folder as a power cut leaves it: 5 entries under a checkpoint, then three groups.
    private final class CutOff {
        let bench: LogBench
        let copy: String
        /// Where each group ends, and how many entries the log has then.
        private(set) var ends: [(end: Int, entries: Int)] = []
        private(set) var bytes: [UInt8] = []

        init() async throws {
            bench = try LogBench()
            copy = "\(bench.folder)-copy"
            let log = try bench.open()
            for numbers: ClosedRange<UInt64> in [1...5, 6...7, 8...8, 9...11] {
                _ = try await log.add(try entries(numbers))
                if numbers.upperBound == 5 { await log.publish() }
                let size = Self.used(try read(bench.folder))
                ends.append((size, Int(numbers.upperBound)))
            }
            try FileManager.default.copyItem(atPath: bench.folder, toPath: copy)
            bytes = Array(try read(copy)[..<((ends.last?.end ?? 0) + 64)])
            await log.stop()
        }

        deinit { try? FileManager.default.removeItem(atPath: copy) }

        private func read(_ folder: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(fileURLWithPath: path(folder))))
        }

        private func path(_ folder: String) -> String {
            "\(folder)/journal/journal-00000000000000000000"
        }

        private static func used(_ bytes: [UInt8]) -> Int {
            (bytes.lastIndex { $0 != 0 } ?? -1) + 1
        }

        /// Starts on a copy with another journal.
        ///
        /// - Returns: what is in the log then; nil if it does not start.
        func start(with journal: [UInt8]) async throws -> [String]? {
            let folder = "\(copy)-again"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try FileManager.default.copyItem(atPath: copy, toPath: folder)
            try Data(journal).write(to: URL(fileURLWithPath: path(folder)))
            let places = AuditPlaces(stateFolder: folder)
            guard let log = try? bench.open(at: places) else { return nil }
            await log.stop()
            return try bench.readAll(places)
        }
    }

    @Test("that ends anywhere goes on with its whole groups")
    func cut() async throws {
        let cutOff = try await CutOff()
        for length in 0...cutOff.bytes.count {
            let found = try await cutOff.start(with: Array(cutOff.bytes[..<length]))
            let whole = cutOff.ends.last { $0.end <= length }?.entries ?? 0
            // The first group is under the checkpoint, and the ledger has it from the journal only.
            let expected = whole < 5 ? nil : (1...UInt64(whole)).map { line($0) }
            #expect(found == expected, "\(length) bytes")
        }
    }

    @Test("with a changed byte in front of a whole group is refused, and otherwise ends there")
    func changed() async throws {
        let cutOff = try await CutOff()
        let lastBegin = cutOff.ends[2].end
        for place in cutOff.bytes.indices {
            var bytes = cutOff.bytes
            bytes[place] ^= 0x20
            let found = try await cutOff.start(with: bytes)
            switch place {
            case ..<lastBegin: #expect(found == nil, "byte \(place)")
            case ..<cutOff.ends[3].end:
                #expect(found == (1...8).map { line($0) }, "byte \(place)")
            default: #expect(found == (1...11).map { line($0) }, "byte \(place)")
            }
        }
    }

    @Test("without its file is refused where a checkpoint does not have what it had")
    func gone() async throws {
        let bench = try LogBench()
        let log = try bench.open()
        _ = try await log.add(try entries(1...300))
        await log.publish()
        await log.stop()
        let journal = "\(bench.folder)/journal"
        for name in try FileManager.default.contentsOfDirectory(atPath: journal) {
            try FileManager.default.removeItem(atPath: "\(journal)/\(name)")
        }
        // The ledger was never kept, so only the journal knew which records are in the log.
        #expect(throws: LogOpeningError.self) { try bench.open() }
    }
}
