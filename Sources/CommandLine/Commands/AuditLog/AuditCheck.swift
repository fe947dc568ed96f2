// The other end of a proof: nothing but the file and the log's key, and no connection to anything.

import ArgumentParser
import ClawgressBytes
import ClawgressLogVerification
import ClawgressTransparencyLog

/// `clawgress audit check`.
struct AuditCheck: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks a proof that a record is in a log, and prints the record.",
        discussion: """
            Example:
              clawgress audit check denied.tlog-proof --log-key log-key.pub

            Nothing else is needed: no log, no network. The proof may come from another tool, if it \
            carries the entry in its `extra` line, or the entry is given with --entry.

            Exit codes: 0 if the record is in the log that the key signs, 28 if the checkpoint in the \
            proof is signed by another key, 29 if it is forged, 37 if the proof does not lead from the \
            record to the checkpoint, 65 if the file is no proof.
            """
    )

    /// A whole proof with an entry of the greatest length.
    private static var fileBytesMax: Int { 1 << 20 }

    @Argument(help: ArgumentHelp("The proof.", valueName: "file"))
    var proof: String

    @OptionGroup var keyOption: LogKeyOption

    @Option(
        help: ArgumentHelp("The entry, if the proof does not carry it.", valueName: "file")
    )
    var entry: String?

    func run(in context: CommandContext) throws {
        let key = try keyOption.key()
        let content = try WholeFile.read(proof, bytesMax: Self.fileBytesMax)
        guard let text = String(validating: content, as: UTF8.self) else {
            throw CommandFailure(.data, "`\(proof)` is no proof")
        }
        let file: ProofFile
        do throws(ProofFileError) {
            file = try ProofFile(text)
        } catch {
            throw CommandFailure(.data, "`\(proof)`: \(error)")
        }
        let record = try entryBytes(of: file)
        let note = Array(file.checkpoint.encoded.utf8)
        let checkpoint = try LogVerifier<LogLocation>.checkpoint(note, key: key)
        do throws(ProofError) {
            let leaf = TreeHash.leaf(record)
            try TreeProof.checkInclusion(of: leaf, at: file.index, in: checkpoint.head, file.path)
        } catch {
            throw CommandFailure(.proofRefused, "the proof does not hold: \(error)")
        }
        let terminal = context.terminal
        let words = String(decoding: record, as: UTF8.self)
        terminal.line(terminal.isInteractive ? TerminalText.escaped(words) : words)
        terminal.note(
            "proved: entry \(file.index) of \(TerminalText.escaped(checkpoint.origin)), "
                + "\(checkpoint.head.size) entries, root \(checkpoint.head.root.base64)"
        )
    }

    private func entryBytes(of file: ProofFile) throws -> [UInt8] {
        if let entry { return try WholeFile.read(entry, bytesMax: EntryBundle.entryBytesMax) }
        guard let extra = file.extra else {
            throw CommandFailure(.data, "the proof does not carry its entry; give it with --entry")
        }
        return extra
    }
}
