// A witness' answers: the vector of another library, and what is none of that witness' signature.

import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Testing

@Suite("cosignatures")
struct CosignatureTests {
    private let text = "example.com/log\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
    private let witnessKey =
        "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    /// Made by Python's `cryptography`, at the time of the example in C2SP tlog-cosignature.
    private let line =
        "— witness.example/w1 519lMgAAAABkGFDLSwbN5XITpG8zjA1FVS4ACnr4cgkJUnlaKofz1PCBTgD+g33HhDU1"
        + "Mo5vKBggrVyfYgQgNVvvJhcaSejBFtpDAQ==\n"

    private func note() throws -> SignedNote { try #require(SignedNote(text: text)) }

    private func read(_ answer: String) throws -> Cosignature {
        try Cosignature(answer: Array(answer.utf8), to: try note(), by: try NoteKey(witnessKey))
    }

    private func line(of signer: NoteSigner, time: Int64, text: String? = nil) throws -> String {
        var signed = try #require(SignedNote(text: text ?? self.text))
        try signer.sign(&signed, time: time)
        return String(signed.encoded.dropFirst(signed.text.count + 1))
    }

    @Test("are read from a witness' answer, also between those of other keys")
    func good() throws {
        let other = try NoteSigner.generate(.cosignature, name: "witness.example/w1")
        let lines = try line(of: other, time: 9)
        for answer in [line, lines + line, line + lines] {
            let found = try read(answer)
            #expect(found.time == 1_679_315_147 && found.key.text == witnessKey)
            var note = try note()
            note.add(found.signature)
            #expect(note.encoded == text + "\n" + line)
        }
    }

    @Test("are refused for what is wrong with them")
    func bad() throws {
        let witness = try NoteSigner(.cosignature, name: "witness.example/w1", seed: Array(0..<32))
        let larger = "example.com/log\n9\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
        let other = try NoteSigner.generate(.cosignature, name: "witness.example/w1")
        let cases: [(String, CosignatureError)] = [
            ("", .malformed),
            ("\n" + line, .malformed),
            (String(line.dropLast()), .malformed),
            (larger + "\n" + line, .malformed),
            (text + "\n" + line, .malformed),
            ("— witness.example/w1 519lMg==\n", .malformed),
            (try line(of: other, time: 9), .otherKey),
            (line.replacing("w1 519lMgAAAABkGFDL", with: "w1 519lMgAAAABkGFDM"), .invalid),
            (try line(of: witness, time: 9, text: larger), .invalid),
            (try line(of: witness, time: 0), .withoutTime),
        ]
        for (answer, reason) in cases {
            #expect(throws: reason, "\(answer)") { try read(answer) }
        }
    }

    @Test("are counted once for each key, under whatever names it is known")
    func count() throws {
        var signed = try note()
        let seed = [UInt8](0..<32)
        let first = try NoteSigner(.cosignature, name: "w/1", seed: seed)
        let alias = try NoteSigner(.cosignature, name: "w/alias", seed: seed)
        let second = try NoteSigner.generate(.cosignature, name: "w/2")
        let third = try NoteSigner.generate(.cosignature, name: "w/3")
        for signer in [first, alias, second] { try signer.sign(&signed, time: 5) }
        var keys = [first.key, alias.key, second.key, third.key]
        var count = CosignatureCount(signed, by: keys)
        #expect(count.good.map(\.key.name) == ["w/1", "w/2"] && count.wrong.isEmpty)
        #expect(count.good.map(\.time) == [5, 5])
        // A line that says to be the third witness' and is not.
        let bytes = [UInt8](repeating: 7, count: 72)
        let forged = NoteSignature(keyName: "w/3", keyID: third.key.id, bytes: bytes)
        signed.add(try #require(forged))
        count = CosignatureCount(signed, by: keys)
        #expect(count.good.count == 2 && count.wrong == ["w/3"])
        keys.removeLast()
        #expect(CosignatureCount(signed, by: keys).wrong.isEmpty)
    }
}
