// Notes, checkpoints, proofs, keys and paths have one spelling: what is accepted is written again
// byte for byte, or two readers could see two logs in one file.

import ClawgressTransparencyLog
import FuzzShared

enum TextCheck {
    static func check(_ bytes: [UInt8]) {
        checkEntries(bytes)
        if let note = try? SignedNote(bytes) {
            require(same(note.encoded, bytes), "a note is written otherwise: \(quoted(bytes))")
            require((try? SignedNote(note.encoded)) == note, "a note is read otherwise")
            if let checkpoint = Checkpoint(text: note.text) {
                require(
                    same(checkpoint.text, Array(note.text.utf8)),
                    "a second text of a checkpoint"
                )
                require(checkpoint.head.size >= 0, "a tree below zero")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        if let proof = try? ProofFile(text) {
            require(same(proof.encoded, bytes), "a proof is written otherwise: \(quoted(bytes))")
            require((try? ProofFile(proof.encoded)) == proof, "a proof is read otherwise")
        }
        if let key = try? NoteKey(text) {
            require(same(key.text, bytes), "a second text of a key: \(quoted(bytes))")
        }
        if let name = TileName(path: text) {
            require(same(name.path, bytes), "a second path of a file: \(quoted(bytes))")
        }
    }

    private static func same(_ text: String, _ bytes: [UInt8]) -> Bool {
        text.utf8.elementsEqual(bytes)
    }

    /// A file of entries is them, one behind the other, and nothing else.
    private static func checkEntries(_ bytes: [UInt8]) {
        let places = EntryBundle.places(bytes, atMost: TileName.widthMax)
        require(places.end <= bytes.count, "an entry behind the end")
        guard let entries = try? EntryBundle.entries(bytes, count: places.entries.count) else {
            return require(places.end < bytes.count, "whole entries are refused")
        }
        var again: [UInt8] = []
        for entry in entries {
            do {
                try EntryBundle.append(entry, to: &again)
            } catch {
                require(false, "an entry that was read cannot be written: \(error)")
            }
        }
        require(again == bytes, "entries are written otherwise")
    }
}
