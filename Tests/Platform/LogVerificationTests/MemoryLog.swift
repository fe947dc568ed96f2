// A log in memory, made by the product's tree, whose files a test may then damage.

import ClawgressLogVerification
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Testing

let boot = "00112233445566778899aabbccddeeff"

/// The canonical line of a record.
func record(_ number: Int, id: String = "id") -> [UInt8] {
    let time = "2026-11-26T09:00:00.\(String(number + 1_000_000).dropFirst())Z"
    return Array(
        (#"{"boot_id":"\#(boot)","gateway_id":"gw-1","request_id":"\#(id)-\#(number)","#
            + #""sequence":\#(number),"timestamp":"\#(time)","worker":0}"#).utf8
    )
}

func records(_ count: Int) -> [[UInt8]] { (0..<count).map { record($0 + 1) } }

/// A log whose files are values.
struct MemoryLog: LogSource {
    static let name = "log.test/memory"
    var files: [String: [UInt8]] = [:]
    let signer: NoteSigner

    init(_ entries: [[UInt8]], signer: NoteSigner? = nil) throws {
        self.signer = try signer ?? NoteSigner.generate(.ed25519, name: Self.name)
        replaceTree(entries)
        try sign(head(of: entries))
    }

    func content(of path: String) -> [UInt8]? { files[path] }
    func expect(_ paths: [String]) {}

    var verifier: LogVerifier<MemoryLog> { LogVerifier(self, key: signer.key) }

    /// The findings of a verification.
    func findings(remembered: Checkpoint? = nil) throws -> [LogFinding] {
        try verifier.verify(remembered: remembered).findings
    }

    func head(of entries: [[UInt8]]) -> TreeHead {
        var edge = TreeEdge()
        for entry in entries { edge.append(.leaf(entry)) }
        return edge.head
    }

    func checkpoint(_ head: TreeHead) throws -> Checkpoint {
        try #require(Checkpoint(origin: signer.key.name, head: head))
    }

    mutating func sign(_ head: TreeHead) throws {
        var note = try #require(SignedNote(text: try checkpoint(head).text))
        try signer.sign(&note, time: 0)
        files["checkpoint"] = Array(note.encoded.utf8)
    }

    /// Writes hashes and entries, and leaves the checkpoint alone.
    mutating func replaceTree(_ entries: [[UInt8]]) {
        replaceEntries(entries)
        var row = entries.map { TreeHash.leaf($0) }
        var level = 0
        while !row.isEmpty {
            for name in names(.hashes(level: level), row.count) {
                let start = name.index * TileName.widthMax
                files[name.path] = row[start..<start + name.width].flatMap(\.bytes)
            }
            row = (0..<row.count / TileName.widthMax).map { index in
                var edge = TreeEdge()
                for offset in 0..<TileName.widthMax {
                    edge.append(row[index * TileName.widthMax + offset])
                }
                return edge.head.root
            }
            level += 1
        }
    }

    /// Writes entries only.
    mutating func replaceEntries(_ entries: [[UInt8]]) {
        for path in files.keys.filter({ $0.hasPrefix("tile/entries/") }) { files[path] = nil }
        for name in names(.entries, entries.count) {
            let start = name.index * TileName.widthMax
            var content: [UInt8] = []
            for entry in entries[start..<start + name.width] {
                do { try EntryBundle.append(entry, to: &content) } catch { Issue.record(error) }
            }
            files[name.path] = content
        }
    }

    private func names(_ kind: TileName.Kind, _ count: Int) -> [TileName] {
        stride(from: 0, to: count, by: TileName.widthMax).compactMap {
            TileName(kind, index: $0 / TileName.widthMax, width: min(count - $0, 256))
        }
    }
}
