// Proofs from a log's files, held against the checks of the tree's own module; and what is said where
// the files do not give any.

import ClawgressLogVerification
import ClawgressTransparencyLog
import Testing

@Suite("proofs from a log's files")
struct LogProofsTests {
    @Test("prove entries at both ends and between", arguments: [1, 2, 255, 256, 257, 600])
    func inclusion(size: Int) throws {
        let entries = records(size)
        let log = try MemoryLog(entries)
        let head = log.head(of: entries)
        for index in Set([0, size / 3, size / 2, size - 1]) {
            let entry = entries[index]
            let path = try LogProofs(log).inclusion(of: entry, at: index, in: head)
            try TreeProof.checkInclusion(of: .leaf(entry), at: index, in: head, path)
        }
    }

    @Test("prove that each tree goes on where each smaller one ended")
    func consistency() throws {
        let entries = records(600)
        let sizes = [0, 1, 2, 255, 256, 257, 511, 512, 599, 600]
        let log = try MemoryLog(entries)
        for new in sizes {
            for old in sizes where old <= new {
                let (oldHead, newHead) = (
                    log.head(of: Array(entries[..<old])), log.head(of: Array(entries[..<new]))
                )
                let proof = try LogProofs(log).consistency(from: oldHead, to: newHead)
                try TreeProof.checkConsistency(from: oldHead, to: newHead, proof)
            }
        }
    }

    @Test("are refused for an entry, or by files, that were changed")
    func damaged() throws {
        var entries = records(600)
        var log = try MemoryLog(entries)
        let head = log.head(of: entries)
        let old = log.head(of: Array(entries[..<300]))
        entries[5][20] ^= 1
        #expect(
            finding { try LogProofs(log).inclusion(of: entries[5], at: 5, in: head) }
                == .edited(count: 1, first: 5)
        )
        log.files["tile/0/001"]?[9] ^= 1
        #expect(
            finding { try LogProofs(log).consistency(from: old, to: head) }
                == .tile(path: "tile/0/001")
        )
        log.files["tile/0/001"] = nil
        #expect(
            finding { try LogProofs(log).inclusion(of: record(301), at: 300, in: head) }
                == .tile(path: "tile/0/001")
        )
        log.replaceTree(entries)
        #expect(
            finding { try LogProofs(log).consistency(from: old, to: log.head(of: entries)) }
                == .forked(remembered: 300)
        )
    }

    @Test("begin with a search for the record's id")
    func search() throws {
        let log = try MemoryLog(records(600))
        let found = try #require(try EntrySearch(log, size: 600).record("id-515"))
        #expect(found.index == 514 && found.bytes == record(515))
        #expect(try EntrySearch(log, size: 514).record("id-515") == nil)
        #expect(try EntrySearch(log, size: 600).record("id-5150") == nil)
    }

    @Test("or with a look at the place where the record is said to be")
    func place() throws {
        let log = try MemoryLog(records(600))
        let search = EntrySearch(log, size: 600)
        let found = try #require(try search.record("id-515", at: 514))
        #expect(found.index == 514 && found.bytes == record(515))
        for place in [513, 515, 600, 767, -1, .max] {
            #expect(try search.record("id-515", at: place) == nil)
        }
        #expect(try EntrySearch(log, size: 514).record("id-515", at: 514) == nil)
    }

    private func finding(_ work: () throws -> [TreeHash]) -> LogFinding? {
        do {
            _ = try work()
        } catch LogFailure.found(let finding) {
            return finding
        } catch {}
        return nil
    }
}
