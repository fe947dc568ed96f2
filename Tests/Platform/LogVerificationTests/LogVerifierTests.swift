// What a verifier says about a log that somebody changed: each kind of change by its own name, also
// where the change was made so that less shows.

import ClawgressLogVerification
import ClawgressRecords
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Testing

@Suite("a log's verifier")
struct LogVerifierTests {
    @Test(
        "finds nothing in a log that is what its key signed",
        arguments: [0, 1, 2, 255, 256, 257, 700]
    )
    func sound(size: Int) throws {
        let log = try MemoryLog(records(size))
        let report = try log.verifier.verify()
        #expect(report.findings == [])
        #expect(report.checkpoint.head.size == size && report.streamCount == min(size, 1))
        let newest =
            size == 0 ? nil : "2026-11-26T09:00:00.\(String(size + 1_000_000).dropFirst())Z"
        #expect(report.newest == newest)
    }

    @Test("reads a partial file from the full one that took its place")
    func grown() throws {
        let entries = records(600)
        var log = try MemoryLog(entries)
        let signed = log.files["checkpoint"]
        for path in ["tile/0/002.p/88", "tile/entries/002.p/88"] { log.files[path] = nil }
        log.replaceTree(entries + records(1_000).dropFirst(600))
        log.files["checkpoint"] = signed
        #expect(try log.findings() == [])
    }

    @Test("names entries that were edited")
    func edited() throws {
        var entries = records(700)
        var log = try MemoryLog(entries)
        entries[300][20] ^= 1
        entries[699][20] ^= 1
        log.replaceEntries(entries)
        #expect(try log.findings() == [.edited(count: 2, first: 300)])
    }

    @Test("names entries that were removed", arguments: [0, 255, 256, 600, 698])
    func removed(index: Int) throws {
        var entries = records(700)
        var log = try MemoryLog(entries)
        entries.remove(at: index)
        log.replaceEntries(entries)
        #expect(try log.findings() == [.removed(count: 1, first: index)])
    }

    @Test("names entries of which only the file is gone")
    func removedFile() throws {
        var log = try MemoryLog(records(700))
        log.files["tile/entries/001"] = nil
        #expect(try log.findings() == [.removed(count: 256, first: 256)])
    }

    @Test("names entries that were added")
    func added() throws {
        var entries = records(700)
        var log = try MemoryLog(entries)
        entries.insert(record(1_000), at: 10)
        log.replaceEntries(Array(entries[..<700]))
        // The last one found no place any more.
        #expect(try log.findings() == [.edited(count: 1, first: 10)])
        var content = try #require(log.files["tile/entries/002.p/188"])
        try EntryBundle.append(entries[700], to: &content)
        log.files["tile/entries/002.p/188"] = content
        #expect(try log.findings().count == 1)
    }

    @Test("names entries that changed places", arguments: [(3, 4), (10, 650)])
    func reordered(one: Int, other: Int) throws {
        var entries = records(700)
        var log = try MemoryLog(entries)
        entries.swapAt(one, other)
        log.replaceEntries(entries)
        #expect(try log.findings() == [.reordered(count: 2, first: one)])
    }

    @Test(
        "says where a log ends before its checkpoint",
        arguments: [0, 1, 255, 256, 511, 512, 699]
    )
    func shorter(left: Int) throws {
        let entries = records(700)
        var log = try MemoryLog(entries)
        log.replaceEntries(Array(entries[..<left]))
        #expect(try log.findings() == [.shorter(found: left, signed: 700)])
    }

    @Test("says where a log ends whose hashes end there, too", arguments: [0, 300, 512])
    func rolledBackFiles(left: Int) throws {
        let log = try MemoryLog(records(700))
        var old = try MemoryLog(Array(records(700)[..<left]), signer: log.signer)
        old.files["checkpoint"] = log.files["checkpoint"]
        #expect(try old.findings() == [.shorter(found: left, signed: 700)])
        // A size that no disk holds ends as soon.
        try old.sign(TreeHead(size: 1 << 60, root: .emptyTree))
        #expect(try old.findings() == [.shorter(found: left, signed: 1 << 60)])
    }

    @Test("says that a file of entries has bytes that belong to none")
    func trailing() throws {
        var log = try MemoryLog(records(300))
        log.files["tile/entries/000"]?.append(0)
        #expect(try log.findings() == [.added(count: 1, first: 256)])
    }

    @Test("says that entries and hashes were rewritten")
    func rewritten() throws {
        var entries = records(700)
        var log = try MemoryLog(entries)
        entries[300][20] ^= 1
        log.replaceTree(entries)
        #expect(try log.findings() == [.rewritten(0..<700)])
    }

    @Test("finds the file whose entries and hashes were rewritten, where the rest still tells")
    func rewrittenFile() throws {
        var entries = records(700)
        var log = try MemoryLog(entries)
        let signed = log.files
        entries[300][20] ^= 1
        log.replaceTree(entries)
        log.files["tile/1/000.p/2"] = signed["tile/1/000.p/2"]
        #expect(try log.findings() == [.rewritten(256..<512)])
    }

    @Test("tells a damaged file of hashes from changed entries")
    func tiles() throws {
        let log = try MemoryLog(records(700))
        for path in log.files.keys where path.hasPrefix("tile/") && !path.contains("entries") {
            var damaged = log
            damaged.files[path]?[5] ^= 1
            #expect(try damaged.findings() == [.tile(path: path)])
            damaged.files[path] = nil
            #expect(try damaged.findings() == [.tile(path: path)])
        }
    }

    @Test("checks a range by the hashes above it, and nothing outside it")
    func range() throws {
        var entries = records(700)
        var log = try MemoryLog(entries)
        #expect(try log.verifier.verify(100..<300).findings == [])
        #expect(try log.verifier.verify(690..<9_000).range == 690..<700)
        entries[600][20] ^= 1
        log.replaceEntries(entries)
        #expect(try log.verifier.verify(0..<512).findings == [])
        #expect(
            try log.verifier.verify(0..<700).findings == [.edited(count: 1, first: 600)]
        )
    }
}

@Suite("a verifier's memory")
struct MemoryTests {
    @Test(
        "tells a log that went on from one that was rolled back or forked",
        arguments: [1, 300, 512]
    )
    func memory(size: Int) throws {
        let entries = records(700)
        let log = try MemoryLog(entries)
        let old = try log.checkpoint(log.head(of: Array(entries[..<size])))
        #expect(try log.findings(remembered: old) == [])
        #expect(try log.verifier.verify(5..<9, remembered: old).findings == [])

        // The same key signs another history.
        var other = entries
        other[0] = record(1, id: "other")
        let forked = try MemoryLog(other, signer: log.signer)
        #expect(try forked.findings() == [])
        #expect(try forked.findings(remembered: old) == [.forked(remembered: size)])
        #expect(
            try forked.verifier.verify(5..<9, remembered: old).findings == [
                .forked(remembered: size)
            ]
        )

        let back = try MemoryLog(Array(entries[..<(size - 1)]), signer: log.signer)
        let finding = LogFinding.rolledBack(remembered: size, now: size - 1)
        #expect(try back.findings(remembered: old) == [finding])
        #expect(try back.verifier.verify(0..<1, remembered: old).findings == [finding])
    }

    @Test("tells two logs of one size apart")
    func sameSize() throws {
        let log = try MemoryLog(records(300))
        var other = records(300)
        other[299] = record(300, id: "other")
        let old = try log.checkpoint(log.head(of: other))
        #expect(try log.findings(remembered: old) == [.forked(remembered: 300)])
    }
}

@Suite("a checkpoint's verifier")
struct CheckpointTests {
    @Test("tells apart a missing one, another key's, and a forged one")
    func checkpoint() throws {
        var log = try MemoryLog(records(3))
        let other = try NoteSigner.generate(.ed25519, name: MemoryLog.name)
        #expect {
            try LogVerifier(log, key: other.key).checkpoint()
        } throws: { error in
            guard case LogFailure.found(.wrongKey(let signers)) = error else { return false }
            return signers == [
                log.signer.key.text.split(separator: "+").prefix(2).joined(separator: "+")
            ]
        }
        var text = String(decoding: try #require(log.files["checkpoint"]), as: UTF8.self)
        text.replace("\n3\n", with: "\n2\n")
        log.files["checkpoint"] = Array(text.utf8)
        #expect(
            finding(log) == .checkpointRefused(.note(.signatureInvalid(keyName: MemoryLog.name)))
        )
        log.files["checkpoint"] = [1, 2, 3]
        #expect(finding(log) == .checkpointRefused(.note(.malformed)))
        log.files["checkpoint"] = nil
        #expect(finding(log) == .noCheckpoint)
    }

    private func finding(_ log: MemoryLog) -> LogFinding? {
        do throws(LogFailure) {
            _ = try log.verifier.checkpoint()
        } catch .found(let finding) {
            return finding
        } catch {}
        return nil
    }
}
