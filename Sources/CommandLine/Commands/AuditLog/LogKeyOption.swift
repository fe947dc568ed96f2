// The key by which a log is believed, and checkpoints that were kept.

import ArgumentParser
import ClawgressBytes
import ClawgressLogVerification
import ClawgressTransparencyLog

/// The key of a log.
struct LogKeyOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The log's key, name+id+key, or a file that holds it.",
            valueName: "key"
        )
    )
    var logKey: String

    /// The key.
    func key() throws -> NoteKey { try Self.read(logKey) }

    /// A key from its text, or from a file.
    static func read(_ argument: String) throws -> NoteKey {
        if let key = try? NoteKey(argument) { return key }
        guard let content = try WholeFile.readIfPresent(argument, bytesMax: SignedNote.bytesMax)
        else {
            throw CommandFailure(
                .noInput,
                "`\(argument)` is neither a log's key (name+id+key) nor a file that holds one; "
                    + "`clawgress-audit init` printed it, and log-key.pub in its state folder has it"
            )
        }
        let text = String(decoding: content, as: UTF8.self)
        let line = text.hasSuffix("\n") ? text.dropLast() : text[...]
        guard let key = try? NoteKey(line) else {
            throw CommandFailure(.data, "`\(argument)` holds no key of a log (name+id+key)")
        }
        return key
    }

    /// A checkpoint from a file, signed by the key.
    static func checkpoint(_ file: String, key: NoteKey) throws -> Checkpoint {
        let content = try WholeFile.read(file, bytesMax: SignedNote.bytesMax)
        do throws(LogFailure) {
            return try LogVerifier<LogLocation>.checkpoint(content, key: key)
        } catch {
            let failure = CommandFailure(error)
            throw CommandFailure(failure.code, "`\(file)`: \(failure.message)")
        }
    }
}
