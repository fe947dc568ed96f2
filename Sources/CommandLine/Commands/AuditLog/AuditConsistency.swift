// Two checkpoints of one log: is the older tree the beginning of the newer one?

import ArgumentParser
import ClawgressLogVerification
import ClawgressTransparencyLog

/// `clawgress audit consistency`.
struct AuditConsistency: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "consistency",
        abstract: "Checks that a log went on from one checkpoint to another.",
        discussion: """
            Examples:
              clawgress audit consistency monday/checkpoint friday/checkpoint --log-key log-key.pub
              clawgress audit consistency monday/checkpoint friday/checkpoint ./copy --log-key KEY

            Only a few files of hashes are read, and no entry. The log may have more entries by now. \
            The hashes of the proof are printed, one a line, for other tools.

            Exit codes: 0 if it did, 31 if the log was forked, 30 if the older tree is the larger one, \
            26 or 25 if the log's files of hashes do not tell, 28 and 29 as for `verify`.
            """
    )

    @Argument(help: ArgumentHelp("The older checkpoint.", valueName: "old"))
    var old: String

    @Argument(help: ArgumentHelp("The newer checkpoint.", valueName: "new"))
    var new: String

    @OptionGroup var options: LogOptions
    @OptionGroup var keyOption: LogKeyOption

    func run(in context: CommandContext) throws {
        let key = try keyOption.key()
        let older = try LogKeyOption.checkpoint(old, key: key).head
        let newer = try LogKeyOption.checkpoint(new, key: key).head
        let proof = try options.withLog(in: context) { log in
            try LogProofs(log).consistency(from: older, to: newer)
        }
        for hash in proof { context.terminal.line(hash.base64) }
        context.terminal.note(
            "consistent: the tree of \(newer.size) entries goes on where that of \(older.size) ended"
        )
    }
}
