// A walk whose work is shared says what one thread alone would: whatever is done first, what is reported
// first is what comes first in the log.

import ClawgressLogVerification
import ClawgressRecords
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Testing

/// Orders in which pieces may be done.
enum Order: CaseIterable, CustomTestStringConvertible {
    case alone, backwards, half

    var testDescription: String { "\(self)" }

    var sharing: WorkSharing {
        switch self {
        case .alone: .alone
        case .backwards:
            WorkSharing { count, piece in
                for index in (0..<count).reversed() { piece(index) }
            }
        // Against the rule: some are left out.
        case .half:
            WorkSharing { count, piece in
                for index in stride(from: 0, to: count, by: 2) { piece(index) }
            }
        }
    }
}

/// A log some of whose files cannot be read.
private struct FailingLog: LogSource {
    struct Failure: Error, Equatable {
        let path: String
    }

    let log: MemoryLog
    let failing: Set<String>

    func content(of path: String) throws(LogFailure) -> [UInt8]? {
        guard !failing.contains(path) else { throw .unreadable(Failure(path: path)) }
        return log.content(of: path)
    }

    func expect(_ paths: [String]) {}
}

@Suite("a verifier that shares its work")
struct SharingTests {
    /// More files than are looked at together, and one that is not full.
    private static let entries = records(33 * 256 + 17)
    private static let log = Result { try MemoryLog(entries) }

    private func verify(_ log: MemoryLog, _ order: Order) throws -> LogReport {
        try LogVerifier(log, key: log.signer.key, sharing: order.sharing).verify()
    }

    @Test("finds a sound log sound, and counts all of it", arguments: Order.allCases)
    func sound(order: Order) throws {
        let log = try Self.log.get()
        let verifier = LogVerifier(log, key: log.signer.key, sharing: order.sharing)
        var done: [Int] = []
        let report = try verifier.verify { done.append($0) }
        #expect(report.findings == [] && report.streamCount == 1)
        #expect(report.newest == "2026-11-26T09:00:00.008465Z")
        #expect(done == (1...33).map { $0 * 256 } + [Self.entries.count])
    }

    @Test(
        "remembers trees that end within a file and between two",
        arguments: [1, 256, 8_192, 8_197, 8_465]
    )
    func remembered(size: Int) throws {
        let log = try Self.log.get()
        let verifier = LogVerifier(
            log,
            key: log.signer.key,
            sharing: Order.backwards.sharing
        )
        let old = try log.checkpoint(log.head(of: Array(Self.entries[..<size])))
        #expect(try verifier.verify(remembered: old).findings == [])
        let other = try log.checkpoint(TreeHead(size: size, root: .emptyTree))
        #expect(try verifier.verify(remembered: other).findings == [.forked(remembered: size)])
    }

    @Test("names what is wrong in the order of the log")
    func order() throws {
        var entries = Self.entries
        // In the second dozens of files, in the last file, and in the first.
        for place in [8_400, 8_464, 300] { entries[place] = Array("none".utf8) }
        for place in [8_300, 700] { entries[place] = entries[place - 1] }
        var log = try MemoryLog(entries)
        let paths = ["tile/0/001", "tile/0/032", "tile/0/033.p/17"]
        for path in paths { log.files[path]?[0] ^= 1 }
        let stream = try RecordLine.read(record(1).span).key.stream
        let refusal = RecordRefusal.notCanonical(offset: 0)
        var expected = paths.map { LogFinding.tile(path: $0) }
        expected += [300, 8_400, 8_464].map { .noRecord(index: $0, refusal) }
        for place in [700, 8_300] {
            let key = RecordKey(stream: stream, number: UInt64(place))
            expected.append(.repeated(key, index: place))
        }
        let missing: [UInt64] = [301, 701, 8_301, 8_401]
        expected.append(.missing(stream, missing.map { $0...$0 }, count: 4))
        #expect(try verify(log, .backwards).findings == expected)
    }

    @Test("finds the first file that is gone")
    func removed() throws {
        for (gone, first) in [([3, 5], 3), ([32], 32), ([0, 32], 0)] {
            var log = try Self.log.get()
            for index in gone {
                log.files[try #require(TileName(.entries, index: index)).path] = nil
            }
            let finding = LogFinding.removed(count: gone.count * 256, first: first * 256)
            #expect(try verify(log, .backwards).findings == [finding])
        }
    }

    @Test("finds the first entry that was edited")
    func edited() throws {
        var entries = Self.entries
        for place in [8_460, 8_300, 8_200] { entries[place][20] ^= 1 }
        var log = try Self.log.get()
        log.replaceEntries(entries)
        #expect(try verify(log, .backwards).findings == [.edited(count: 3, first: 8_200)])
    }

    @Test("fails by the first file that cannot be read", arguments: Order.allCases)
    func unreadable(order: Order) throws {
        let log = try Self.log.get()
        let paths = ["tile/entries/007", "tile/0/003", "tile/entries/032"]
        let failing = FailingLog(log: log, failing: Set(paths))
        let verifier = LogVerifier(failing, key: log.signer.key, sharing: order.sharing)
        #expect {
            try verifier.verify()
        } throws: { error in
            guard case LogFailure.unreadable(let reason) = error else { return false }
            return reason as? FailingLog.Failure == .init(path: "tile/0/003")
        }
    }
}
