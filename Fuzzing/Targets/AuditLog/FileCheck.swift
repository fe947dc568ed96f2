// A verifier's answer about a log one of whose files is the input: it ends, and it is good only if the
// entries that are there make the signed root.

import ClawgressLogVerification
import ClawgressTransparencyLog
import Crypto
import FuzzShared

enum FileCheck {
    private static let entries = (1...300).map { number in
        Array(
            (#"{"boot_id":"00112233445566778899aabbccddeeff","gateway_id":"gw-1","#
                + #""sequence":\#(number),"worker":0}"#).utf8
        )
    }
    private static let key = try? NoteKey(
        .ed25519,
        name: "log.test",
        publicKey: [UInt8](repeating: 5, count: 32)
    )
    private static let sound = SmallLog(entries, key: key)
    /// What an input may take the place of: the first byte says which.
    ///
    /// Others are no file, since a log takes a thousand times as long as a text.
    private static let paths = sound.files.keys.sorted()

    static func check(_ bytes: [UInt8]) {
        guard let first = bytes.first, Int(first) < paths.count, let key else { return }
        var log = sound
        log.files[paths[Int(first)]] = Array(bytes.dropFirst())
        let verifier = LogVerifier(log, key: key)
        guard let report = try? verifier.verify() else { return }
        let head = report.checkpoint.head
        if report.findings.isEmpty {
            require(log.root(head.size) == head.root, "a good log with other entries")
        }
        if report.findings.isEmpty, let range = try? verifier.verify(250..<260) {
            require(range.findings.isEmpty, "a good log, and a bad range of it")
        }
        if let proof = try? LogProofs(log).inclusion(of: entries[200], at: 200, in: head) {
            let leaf = TreeHash.leaf(entries[200])
            let check = { try TreeProof.checkInclusion(of: leaf, at: 200, in: head, proof) }
            require((try? check()) != nil, "a proof that does not hold")
        }
    }
}

/// A log of two files of entries.
private struct SmallLog: LogSource {
    var files: [String: [UInt8]] = [:]

    init(_ entries: [[UInt8]], key: NoteKey?) {
        var edge = TreeEdge()
        var rows: [[UInt8]] = [[], []]
        var content: [UInt8] = []
        for (index, entry) in entries.enumerated() {
            edge.append(.leaf(entry)) { node, hash in
                if node.level.isMultiple(of: 8) { rows[node.level / 8] += hash.bytes }
            }
            try? EntryBundle.append(entry, to: &content)
            if index == 255 || index == entries.count - 1 {
                let name = TileName(.entries, index: index / 256, ofTree: index + 1)
                files[name?.path ?? ""] = content
                content = []
            }
        }
        let full = 256 * TreeHash.length
        files["tile/0/000"] = Array(rows[0][..<full])
        files["tile/0/001.p/\(entries.count - 256)"] = Array(rows[0][full...])
        files["tile/1/000.p/1"] = rows[1]
        guard let key, let checkpoint = Checkpoint(origin: key.name, head: edge.head),
            var note = SignedNote(text: checkpoint.text),
            let signature = NoteSignature(
                keyName: key.name,
                keyID: key.id,
                bytes: DoubleSignature.good
            )
        else { return }
        note.add(signature)
        files["checkpoint"] = Array(note.encoded.utf8)
    }

    func content(of path: String) -> [UInt8]? { files[path] }
    func expect(_ paths: [String]) {}

    /// The root over the first entries, put together without the code under test.
    func root(_ size: Int) -> TreeHash? {
        var edge = TreeEdge()
        for index in 0..<(size + 255) / 256 {
            guard let name = TileName(.entries, index: index, ofTree: size),
                let content = files[name.path] ?? files["tile/entries/00\(index)"],
                let entries = try? EntryBundle.entries(content, count: name.width)
            else { return nil }
            for entry in entries { edge.append(.leaf(entry)) }
        }
        return edge.head.root
    }
}
