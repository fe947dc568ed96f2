// Notes, checkpoints and proof files: public vectors, signatures of another library, and texts that
// are none.

import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Testing

/// Made by Python's `cryptography` over the reference tree of eight leaves, with the secret bytes
/// 0 to 31.
private enum Vector {
    static let seed = [UInt8](0..<32)
    static let origin = "example.com/log"
    static let text = "example.com/log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
    static let logKey = "example.com/log+d455c521+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    static let logLine =
        "— example.com/log 1FXFIQghEbt48JV0nbbvyoj51oOGWi8PWVu51z3js1zWy2qLhh2zcvy6M2X+e8pEVRpGR/"
        + "9z7MVVru29jIzLkdPuEwg=\n"
    static let witnessKey =
        "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    static let witnessLine =
        "— witness.example/w1 519lMgAAAABkGFDLSwbN5XITpG8zjA1FVS4ACnr4cgkJUnlaKofz1PCBTgD+g33HhDU1"
        + "Mo5vKBggrVyfYgQgNVvvJhcaSejBFtpDAQ==\n"
    static let note = text + "\n" + logLine + witnessLine

    static var head: TreeHead { GrownTree(PlainTree.sampleEntries.map(TreeHash.leaf)).edge.head }
}

@Suite("signed notes")
struct NoteTests {
    @Test("read and check the example of Go's note package")
    func goExample() throws {
        let text =
            "If you think cryptography is the answer to your problem,\n"
            + "then you don't know what your problem is.\n"
        let encoded =
            text
            + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNX"
            + "gKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        let key = try NoteKey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        let note = try SignedNote(encoded)
        #expect(note.text == text && note.encoded == encoded)
        let verified = try note.verified(by: [key])
        #expect(verified.map(\.key) == [key] && verified.map(\.time) == [nil])
        #expect(key.id == 0xC74F_20A3 && key.name == "PeterNeumann")
    }

    @Test("are signed byte for byte as another library signs them")
    func signing() throws {
        var note = try #require(SignedNote(text: Vector.text))
        let log = try NoteSigner(.ed25519, name: Vector.origin, seed: Vector.seed)
        let witness = try NoteSigner(.cosignature, name: "witness.example/w1", seed: Vector.seed)
        #expect(log.key.text == Vector.logKey && witness.key.text == Vector.witnessKey)
        #expect(log.seed == Vector.seed)
        let given = try SignedNote(Vector.note)
        #expect(given.encoded == Vector.note)
        let verified = try given.verified(by: [log.key, witness.key])
        #expect(verified.map(\.time) == [nil, 1_679_315_147])
        try log.sign(&note, time: 0)
        try witness.sign(&note, time: 1_679_315_147)
        #expect(note.encoded.utf8.elementsEqual(Vector.note.utf8))
        #expect(throws: NoteError.malformed) { try witness.sign(&note, time: -1) }
        #expect(throws: NoteError.keyMalformed) { try NoteSigner.generate(.ed25519, name: "a b") }
        var other = try #require(SignedNote(text: "x\n"))
        let fresh = try NoteSigner.generate(.ed25519, name: "fresh")
        try fresh.sign(&other, time: 0)
        #expect(try SignedNote(other.encoded).verified(by: [fresh.key]).count == 1)
    }

    @Test("are refused where one bit of the text or of a signature is another")
    func damage() throws {
        let keys = [try NoteKey(Vector.logKey), try NoteKey(Vector.witnessKey)]
        let whole = Array(Vector.note.utf8)
        var refused = 0
        for index in whole.indices {
            for bit in 0..<8 {
                var damaged = whole
                damaged[index] ^= 1 << UInt8(bit)
                // Another name or id makes it an unknown key's, which leaves the other signature.
                guard let note = try? SignedNote(damaged),
                    let verified = try? note.verified(by: keys)
                else {
                    refused += 1
                    continue
                }
                #expect(note.text == Vector.text && verified.count == 1, "bit \(bit) of \(index)")
            }
        }
        #expect(refused > 8 * Vector.text.utf8.count)
    }

    @Test("pass over unknown keys, and refuse notes of unknown keys alone")
    func unknownKeys() throws {
        let log = try NoteKey(Vector.logKey)
        let note = try SignedNote(Vector.note)
        #expect(try note.verified(by: [log]).count == 1)
        #expect(throws: NoteError.unsigned) { try note.verified(by: []) }
        let stranger = try NoteSigner.generate(.ed25519, name: Vector.origin).key
        #expect(throws: NoteError.unsigned) { try note.verified(by: [stranger]) }
        // The same key twice counts once.
        let twice = try SignedNote(Vector.text + "\n" + Vector.logLine + Vector.logLine)
        #expect(try twice.verified(by: [log]).count == 1)
        // A good signature does not excuse a wrong one.
        let wrong = Vector.logLine.replacing("1FXFIQgh", with: "1FXFIQgi")
        let mixed = try SignedNote(Vector.text + "\n" + Vector.logLine + wrong)
        #expect(throws: NoteError.signatureInvalid(keyName: Vector.origin)) {
            try mixed.verified(by: [log])
        }
    }

    @Test("are refused if they are not of the one form")
    func malformed() {
        let line = Vector.logLine
        let texts = [
            "", "\n", "\n\n", "text\n", "text\n\n", "text\n\n\n", "text\(line)", "text\n\(line)",
            "text\n\n" + line.dropLast(), "text\n\n" + line + "x", "te\u{1}xt\n\n" + line,
            "text\r\n\n" + line, "text\n\n-" + line.dropFirst(), "text\n\n" + line + "\n",
            "text\n\n— a b c\n", "text\n\n—  AAAAAAA=\n", "text\n\n— a AAAAAA==\n",
            "text\n\n— a+b AAAAAAA=\n", "text\n\n— a\u{A0}b AAAAAAA=\n", "text\n\n— a AAAAAAB=\n",
        ]
        for text in texts {
            #expect(throws: NoteError.malformed, "\(text)") { try SignedNote(text) }
        }
        #expect(throws: NoteError.malformed) { try SignedNote([0xFF] + Array(Vector.note.utf8)) }
        #expect(throws: NoteError.tooLarge) {
            try SignedNote(String(repeating: "x", count: 65_536) + "\n\n" + line)
        }
        #expect(throws: NoteError.tooLarge) {
            try SignedNote("text\n\n" + String(repeating: line, count: 65))
        }
        #expect(SignedNote(text: "no line feed") == nil && SignedNote(text: "\u{7}\n") == nil)
        #expect((try? SignedNote("a\n\nb\n\n" + line))?.text == "a\n\nb\n")
    }

    @Test(
        "have keys of one spelling",
        arguments: [
            "", "a", "a+b", "example.com/log+d455c521+",
            "example.com/log+D455C521+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
            "example.com/log+d455c522+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
            "example.com/lo+d455c521+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
            "example.com/log+d455c521+AgOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
            "example.com/log+d455c521+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG=",
        ]
    )
    func keys(text: String) {
        #expect(throws: NoteError.keyMalformed) { try NoteKey(text) }
    }
}

@Suite("checkpoints and proof files")
struct CheckpointTests {
    @Test("are three lines, and more only if another log says more")
    func form() throws {
        let checkpoint = try #require(Checkpoint(origin: Vector.origin, head: Vector.head))
        #expect(checkpoint.text == Vector.text && Checkpoint(text: Vector.text) == checkpoint)
        let longer = Vector.text + "more\n"
        #expect(Checkpoint(text: longer)?.extensions == ["more"])
        #expect(Checkpoint(text: longer)?.text == longer)
        for text in [
            "", "a\n8\n", String(Vector.text.dropLast()), Vector.text + "\n",
            Vector.text.replacing("\n8\n", with: "\n08\n"),
            Vector.text.replacing("\n8\n", with: "\n-8\n"),
            Vector.text.replacing("\n8\n", with: "\n9223372036854775808\n"),
            Vector.text.replacing("\n8\n", with: "\n9223372036854775807\n"),
            Vector.text.replacing("\n8\n", with: "\n4611686018427387905\n"),
            Vector.text.replacing("yg=", with: "yh="), "\n" + Vector.text,
            Vector.text.replacing("\n8", with: "\r\n8"),
        ] {
            #expect(Checkpoint(text: text) == nil, "\(text)")
        }
        let greatest = Vector.text.replacing("\n8\n", with: "\n4611686018427387904\n")
        #expect(Checkpoint(text: greatest)?.head.size == Checkpoint.sizeMax)
        #expect(Checkpoint(origin: "", head: Vector.head) == nil)
        #expect(Checkpoint(origin: "a\nb", head: Vector.head) == nil)
        #expect(Checkpoint(origin: "a", head: TreeHead(size: -1, root: .emptyTree)) == nil)
    }

    @Test("are believed of the log that was asked about, by its keys")
    func belief() throws {
        let note = try SignedNote(Vector.note)
        let key = try NoteKey(Vector.logKey)
        let believed = try Checkpoint.verified(note, of: Vector.origin, by: [key])
        #expect(believed.head == Vector.head)
        #expect(throws: CheckpointError.otherLog(origin: Vector.origin)) {
            try Checkpoint.verified(note, of: "example.com/other", by: [key])
        }
        #expect(throws: CheckpointError.note(.unsigned)) {
            try Checkpoint.verified(note, of: Vector.origin, by: [])
        }
    }

    @Test("prove each entry by a file that stands alone and is written as it was read")
    func proofFiles() throws {
        let entries = PlainTree.sampleEntries
        let grown = GrownTree(entries.map(TreeHash.leaf))
        let note = try SignedNote(Vector.note)
        let keys = [try NoteKey(Vector.logKey)]
        for (index, entry) in entries.enumerated() {
            let path = try #require(grown.hashes(.inclusion(of: index, in: 8)))
            for extra in [nil, [1, 2, 3]] as [[UInt8]?] {
                let made = ProofFile(index: index, path: path, checkpoint: note, extra: extra)
                let text = try #require(made).encoded
                let file = try ProofFile(text)
                #expect(file == made && file.encoded == text)
                #expect(try file.check(entry, in: Vector.origin, by: keys).head.size == 8)
                #expect(throws: ProofFileError.proof(.otherRoot)) {
                    try file.check(entry + [0], in: Vector.origin, by: keys)
                }
                #expect(throws: ProofFileError.checkpoint(.note(.unsigned))) {
                    try file.check(entry, in: Vector.origin, by: [])
                }
            }
        }
    }

    @Test("refuse proof files of another form")
    func malformedFiles() throws {
        let hash = TreeHash.emptyTree.base64
        let file = "c2sp.org/tlog-proof@v1\nindex 0\n\(hash)\n\n" + Vector.note
        #expect(try ProofFile(file).path == [.emptyTree])
        for text in [
            "", file.replacing("@v1", with: "@v2"), file.replacing("index 0", with: "index 00"),
            file.replacing("index 0", with: "index -1"), file.replacing("index 0\n", with: ""),
            file.replacing("index 0", with: "extra !\nindex 0"),
            file.replacing("index 0", with: "extra \nindex 0"),
            file.replacing("index 0", with: "index 0\nextra AAAA"),
            file.replacing(hash, with: String(hash.dropLast())),
            file.replacing("\(hash)\n", with: String(repeating: hash + "\n", count: 64)),
            file.replacing("index 0\n", with: "index 0\r\n"),
        ] {
            #expect(throws: ProofFileError.malformed, "\(text)") { try ProofFile(text) }
        }
        #expect(throws: ProofFileError.checkpoint(.note(.malformed))) {
            try ProofFile("c2sp.org/tlog-proof@v1\nindex 0\n\nno note")
        }
    }
}
