// A proof for somebody else: that one record is in the log, in a file that needs nothing but the log's
// key to be checked.

import ArgumentParser
import ClawgressBytes
import ClawgressLogVerification
import ClawgressTransparencyLog

/// `clawgress audit prove`.
struct AuditProve: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Makes a proof that a record is in a log.",
        discussion: """
            Examples:
              clawgress audit prove 0199c0de-… --log-key log-key.pub > denied.tlog-proof
              clawgress audit prove 0199c0de-… /var/lib/clawgress/audit/log > denied.tlog-proof
              clawgress audit prove 0199c0de-… ./copy --log-key log-key.pub --output denied.tlog-proof
              clawgress audit check denied.tlog-proof --log-key log-key.pub

            The id is an event's `request_id`, which the agent got as Clawgress-Request-Id, or an \
            administrative event's `event_id`. The file is a C2SP tlog-proof that carries the record \
            in its `extra` line. Without a folder or address, the record's place and the files that \
            prove it are asked of the control plane that the other commands ask, as an auditor or \
            admin. Where nobody knows the place, all entries are read until the record is found.

            Exit code 1 if there is no such record. A record that was pruned cannot be found by its id: \
            then it is said how many entries the log has no more.
            """
    )

    @Argument(help: ArgumentHelp("The record's id.", valueName: "request-id"))
    var requestID: String

    @OptionGroup var options: LogOptions

    @Option(
        help: ArgumentHelp(
            "Also check the checkpoint: the log's key, or a file that holds it.",
            valueName: "key"
        )
    )
    var logKey: String?

    @Option(help: ArgumentHelp("The file; standard output if absent.", valueName: "file"))
    var output: String?

    func run(in context: CommandContext) throws {
        let terminal = context.terminal
        let progress = LogProgress(terminal)
        let proof = try options.withLog(in: context) { log in
            let (note, checkpoint) = try checkpoint(of: log)
            let search = EntrySearch(log, size: checkpoint.head.size)
            let place = options.place(of: requestID, in: context)
            let found =
                try place.flatMap { try search.record(requestID, at: $0) }
                ?? search.record(requestID) { progress.note($0) }
            guard let found else { throw try notFound(checkpoint, log) }
            let path = try LogProofs(log).inclusion(
                of: found.bytes,
                at: found.index,
                in: checkpoint.head
            )
            let origin = TerminalText.escaped(checkpoint.origin)
            terminal.note("entry \(found.index) of \(checkpoint.head.size) in \(origin)")
            let extra = found.bytes
            return ProofFile(index: found.index, path: path, checkpoint: note, extra: extra)
        }
        guard let proof else { throw CommandFailure(.software, "the proof cannot be written") }
        if let output {
            try WholeFile.replace(output, with: Array(proof.encoded.utf8))
        } else {
            terminal.write(.output, proof.encoded)
        }
    }

    /// Says that no entry has the id, and whether one may have had it.
    private func notFound(
        _ checkpoint: Checkpoint,
        _ log: LogLocation
    ) throws -> CommandFailure {
        let id = TerminalText.escaped(requestID)
        var words = "none of the \(checkpoint.head.size) entries has the id `\(id)`"
        // Without a key nothing is proved here, so whatever the log says of itself is told.
        let content = try log.content(of: LogFile.retention)
        let text = content.flatMap { try? SignedNote($0).text }
        if let notice = text.flatMap(RetentionNotice.init(text:)), notice.minimum > 0 {
            words +=
                "; the first \(notice.minimum) may have been pruned, so the log cannot tell whether "
                + "it was one of them"
        }
        return CommandFailure(.no, words)
    }

    /// The log's checkpoint; without a key nobody vouches for it yet.
    private func checkpoint(of log: LogLocation) throws -> (SignedNote, Checkpoint) {
        guard let content = try log.content(of: LogFile.checkpoint) else {
            throw LogFailure.found(.noCheckpoint)
        }
        if let logKey {
            let key = try LogKeyOption.read(logKey)
            _ = try LogVerifier<LogLocation>.checkpoint(content, key: key)
        }
        do throws(NoteError) {
            let note = try SignedNote(content)
            guard let checkpoint = Checkpoint(text: note.text) else {
                throw NoteError.malformed
            }
            return (note, checkpoint)
        } catch {
            throw LogFailure.found(.checkpointRefused(.note(error)))
        }
    }
}
