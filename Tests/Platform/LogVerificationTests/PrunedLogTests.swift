// Entries that may be gone, and entries that may not: only what the log signed makes the difference.

import ClawgressLogVerification
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Testing

extension MemoryLog {
    /// Takes files of entries away, and says that it may.
    mutating func prune(_ bundles: Range<Int>, minimum: Int, by other: NoteSigner? = nil) throws {
        for index in bundles {
            let name = try #require(TileName(.entries, index: index))
            files[name.path] = nil
        }
        let notice = RetentionNotice(
            origin: signer.key.name,
            minimum: minimum,
            days: 90,
            entries: nil
        )
        let text = try #require(notice).text
        var note = try #require(SignedNote(text: text))
        try (other ?? signer).sign(&note, time: 0)
        files["retention"] = Array(note.encoded.utf8)
    }

    /// Has witnesses sign the checkpoint that is there now.
    mutating func witness(by signers: [NoteSigner]) throws {
        var note = try SignedNote(try #require(files["checkpoint"]))
        for signer in signers { try signer.sign(&note, time: 1_700_000_000) }
        files["checkpoint.witnessed"] = Array(note.encoded.utf8)
    }
}

@Suite("a pruned log")
struct PrunedLogTests {
    @Test("is in order, and says how many entries are gone", arguments: [1, 2, 3])
    func pruned(count: Int) throws {
        var log = try MemoryLog(records(1_000))
        let remembered = try log.checkpoint(log.head(of: records(300)))
        try log.prune(0..<count, minimum: count * 256)
        let report = try log.verifier.verify(remembered: remembered)
        #expect(report.findings == [])
        #expect(report.pruned == count * 256 && report.retention?.minimum == count * 256)
        #expect(report.checkpoint.head.size == 1_000)
        let part = try log.verifier.verify(200..<999)
        #expect(part.findings == [] && part.pruned == count * 256)
    }

    @Test("may still have entries that it is about to remove")
    func half() throws {
        var log = try MemoryLog(records(1_000))
        try log.prune(0..<1, minimum: 768)
        let report = try log.verifier.verify()
        #expect(report.findings == [] && report.pruned == 256)
    }

    @Test("misses what is gone behind its minimum index")
    func missing() throws {
        var log = try MemoryLog(records(1_000))
        try log.prune(0..<3, minimum: 512)
        #expect(try log.findings() == [.removed(count: 256, first: 512)])
        #expect(try log.verifier.verify().pruned == 512)
    }

    @Test("misses everything that is gone where the notice is not its own")
    func forged() throws {
        var log = try MemoryLog(records(1_000))
        let other = try NoteSigner.generate(.ed25519, name: MemoryLog.name)
        try log.prune(0..<2, minimum: 512, by: other)
        let expected: [LogFinding] = [
            .retentionRefused(.note(.unsigned)), .removed(count: 512, first: 0),
        ]
        #expect(try log.findings() == expected)
        try log.prune(0..<2, minimum: 1_024)
        #expect(try log.findings().first == .retentionRefused(.malformed))
        log.files["retention"] = nil
        #expect(try log.findings() == [.removed(count: 512, first: 0)])
    }

    @Test("is told from one whose entries or hashes were changed")
    func changed() throws {
        var entries = records(1_000)
        var log = try MemoryLog(entries)
        entries[700][20] ^= 1
        log.replaceEntries(entries)
        try log.prune(0..<2, minimum: 512)
        #expect(try log.findings() == [.edited(count: 1, first: 700)])
        log = try MemoryLog(records(1_000))
        try log.prune(0..<2, minimum: 512)
        log.files["tile/0/000"]?[7] ^= 1
        #expect(try log.findings() == [.tile(path: "tile/0/000")])
    }

    @Test("does not miss the numbers of pruned records, and misses others")
    func numbers() throws {
        var entries = records(1_000)
        entries.remove(at: 900)
        var log = try MemoryLog(entries)
        try log.prune(0..<2, minimum: 512)
        let findings = try log.findings()
        guard case .missing(_, [901...901], 1)? = findings.first, findings.count == 1 else {
            Issue.record("\(findings)")
            return
        }
    }
}

@Suite("witnesses of a log")
struct WitnessedLogTests {
    private let witnesses = (1...3).compactMap {
        try? NoteSigner.generate(.cosignature, name: "w/\($0)")
    }
    private var keys: [NoteKey] { witnesses.map(\.key) }

    @Test("vouch for it when enough of them have signed")
    func quorum() throws {
        var log = try MemoryLog(records(300))
        #expect(finding(log, 1) == .witnesses(good: 0, required: 1, wrong: []))
        try log.witness(by: Array(witnesses.prefix(2)))
        let witnessed = try log.verifier.witnessedCheckpoint(by: keys, required: 2)
        #expect(witnessed.checkpoint.head.size == 300)
        #expect(witnessed.signatures.map(\.key) == Array(keys.prefix(2)))
        #expect(finding(log, 3) == .witnesses(good: 2, required: 3, wrong: []))
        let stranger = try NoteSigner.generate(.cosignature, name: "w/1")
        try log.witness(by: [stranger])
        #expect(finding(log, 1) == .witnesses(good: 0, required: 1, wrong: []))
        // The true names and numbers, and signatures of another checkpoint.
        var other = try MemoryLog(records(200), signer: log.signer)
        try other.witness(by: witnesses)
        var note = try SignedNote(try #require(log.files["checkpoint"]))
        for signature in try SignedNote(try #require(other.files["checkpoint.witnessed"]))
            .signatures.dropFirst(2)
        { note.add(signature) }
        log.files["checkpoint.witnessed"] = Array(note.encoded.utf8)
        #expect(finding(log, 1) == .witnesses(good: 0, required: 1, wrong: ["w/2", "w/3"]))
    }

    private func finding(_ log: MemoryLog, _ required: Int) -> LogFinding? {
        do {
            _ = try log.verifier.witnessedCheckpoint(by: keys, required: required)
            return nil
        } catch {
            guard case .found(let finding) = error else { return nil }
            return finding
        }
    }

    @Test("remember that it was rolled back, or written anew", arguments: [false, true])
    func otherLog(isRange: Bool) throws {
        var old = try MemoryLog(records(500))
        try old.witness(by: witnesses)
        let seen = try old.verifier.witnessedCheckpoint(by: keys, required: 3).checkpoint
        func findings(_ log: MemoryLog) throws -> [LogFinding] {
            isRange
                ? try log.verifier.verify(0..<10, witnessed: seen).findings
                : try log.verifier.verify(witnessed: seen).findings
        }
        let shorter = try MemoryLog(records(400), signer: old.signer)
        #expect(try findings(shorter) == [.witnessedOther(size: 500, now: 400)])
        var entries = records(700)
        #expect(try findings(try MemoryLog(entries, signer: old.signer)) == [])
        entries[3] = record(4, id: "other")
        let forked = try MemoryLog(entries, signer: old.signer)
        #expect(try findings(forked) == [.witnessedOther(size: 500, now: 700)])
        let words = LogFinding.witnessedOther(size: 500, now: 700).description
        #expect(words.hasPrefix("forked: witnesses"))
    }
}
