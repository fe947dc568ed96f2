// The auditor's command: is this what was signed, and is it all?

import ArgumentParser
import ClawgressBundleSigning
import ClawgressLogVerification
import ClawgressTransparencyLog

/// `clawgress audit verify`.
struct AuditVerify: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks that a log is what its key signed, and that no record is missing.",
        discussion: """
            Examples:
              clawgress audit verify --log-key log-key.pub
              clawgress audit verify /var/lib/clawgress/audit/log --log-key log-key.pub
              clawgress audit verify ./copy --log-key KEY --since last-week/checkpoint
              clawgress audit verify https://log.example.com --log-key KEY --max-age 5m
              clawgress audit verify ./copy --log-key KEY --range 1000-1999
              clawgress audit verify ./copy --log-key KEY --witness KEY1 --witness KEY2

            Without a folder or address, the log's files are asked of the control plane that the other \
            commands ask, as an auditor or admin; the log tells who reads it, once an hour. The key is \
            asked of nobody, because whoever has the log could name any: have it from those who set \
            the audit service up. `clawgress-audit init` printed it.

            A log that was rolled back or forked as a whole is signed, too. Only a memory tells: a \
            checkpoint that was kept (--since), or the age that the newest record may have, and the \
            newest heartbeat of each gateway that did not say that it ends (--max-age; there is one a \
            minute). A gateway that is gone for good and could not say so: --retired. Keep the file `checkpoint` of each \
            log that you verified. Witnesses are a memory that others keep: with --witness, the log \
            must go on where its file `checkpoint.witnessed` ends, and enough of them (all, or \
            --require-witnesses) must have signed that.

            Entries before the published minimum index may have been pruned: their hashes are \
            checked in their place, and they are counted.

            Exit codes; where several apply, the first one that was found:
              0   in order
              20  entries were edited               30  rolled back (--since)
              21  entries were removed              31  forked (--since)
              22  entries were added                32  too old, or a gateway is silent (--max-age)
              23  entries are in another order      33  records of a sender are missing
              24  shorter than its checkpoint       34  a record is there twice
              25  entries and hashes rewritten      35  an entry is no record
              26  a file of hashes is damaged       36  warning: a sender admits lost records
              27  no checkpoint
              28  signed by another key
              29  the checkpoint is forged
              38  too few witnesses, or a wrong signature of one (--witness)
              39  witnesses have signed another log (--witness)
              40  the notice of what was pruned is forged
            """
    )

    @OptionGroup var options: LogOptions
    @OptionGroup var keyOption: LogKeyOption

    @Option(
        help: ArgumentHelp("A checkpoint of the log that was kept.", valueName: "checkpoint")
    )
    var since: String?

    @Option(
        help: ArgumentHelp(
            "A witness' key, name+id+key, or a file that holds it; may be repeated.",
            valueName: "key"
        )
    )
    var witness: [String] = []

    @Option(
        help: ArgumentHelp("So many of them must have signed; all if absent.", valueName: "n")
    )
    var requireWitnesses: Int?

    @Option(
        help: ArgumentHelp(
            "How old the newest record, and a gateway's newest heartbeat, may be: 5m.",
            valueName: "duration"
        )
    )
    var maxAge: LifeSpan?

    @Option(
        help: ArgumentHelp(
            "A gateway that is gone for good, though it did not say so; may be repeated.",
            valueName: "gateway"
        )
    )
    var retired: [String] = []

    @Option(
        help: ArgumentHelp("Only these entries, the first is 0: 1000-1999.", valueName: "a-b")
    )
    var range: EntryRange?

    func validate() throws {
        if range != nil, maxAge != nil {
            throw ValidationError("--max-age asks for the newest record: leave --range away")
        }
        if maxAge == nil, !retired.isEmpty {
            throw ValidationError("--retired excepts a gateway from --max-age: give that, too")
        }
        if let requireWitnesses, !(1...max(1, witness.count)).contains(requireWitnesses) {
            throw ValidationError("--require-witnesses is 1 to the number of --witness")
        }
    }

    func run(in context: CommandContext) throws {
        let terminal = context.terminal
        let key = try keyOption.key()
        let remembered = try since.map { try LogKeyOption.checkpoint($0, key: key) }
        let keys = try witnessKeys()
        let progress = LogProgress(terminal)
        var report = try options.withLog(in: context) { log in
            let verifier = LogVerifier(log, key: key, sharing: .processors)
            let witnessed =
                try keys.isEmpty
                ? nil
                : verifier.witnessedCheckpoint(by: keys, required: requireWitnesses ?? keys.count)
            terminal.note(memory(remembered, witnessed))
            guard let range else {
                return try verifier.verify(
                    remembered: remembered,
                    witnessed: witnessed?.checkpoint
                ) { progress.note($0) }
            }
            return try verifier.verify(
                range.entries,
                remembered: remembered,
                witnessed: witnessed?.checkpoint
            ) { progress.note($0) }
        }
        progress.end()
        report.findings += staleness(report, now: context.now())
        try Self.conclude(report, on: terminal)
    }

    /// Says what a good answer means.
    private func memory(_ remembered: Checkpoint?, _ witnessed: WitnessedCheckpoint?) -> String {
        var words = remembered.map { ["a checkpoint of \($0.head.size) entries"] } ?? []
        if let witnessed {
            let names = witnessed.signatures.map { TerminalText.escaped($0.key.name) }
            words.append(
                "a checkpoint of \(witnessed.checkpoint.head.size) entries that "
                    + names.joined(separator: ", ") + " signed"
            )
        }
        if let maxAge {
            let age = maxAge.defaultValueDescription
            words.append("no record for \(age) would be noticed, and no heartbeat of a gateway")
        }
        return words.isEmpty
            ? "memory: none; that the log was rolled back or forked as a whole would not be noticed"
            : "memory: " + words.joined(separator: "; ")
    }

    /// The witnesses' keys; one that is given twice would count twice.
    private func witnessKeys() throws -> [NoteKey] {
        let keys = try witness.map { try LogKeyOption.read($0) }
        for key in keys where key.kind != .cosignature {
            throw CommandFailure(.data, "the key of `\(key.name)` signs no cosignatures (type 4)")
        }
        guard Set(keys.map(\.publicKey)).count == keys.count else {
            throw CommandFailure(.data, "--witness is given twice with the same key")
        }
        return keys
    }

    /// What is too old.
    ///
    /// The service records its own signs of life, so that the newest record says only that the log itself
    /// was not held back.
    private func staleness(_ report: LogReport, now: Int64) -> [LogFinding] {
        guard let maxAge else { return [] }
        func isFresh(_ text: String) -> Bool {
            // Whole seconds are enough, and a time of the future would hide the age of all others.
            guard let time = Timestamp.seconds(text.prefix(19) + "Z") else { return false }
            return (now - maxAge.seconds...now + 300).contains(time)
        }
        let isStale = report.newest.map { !isFresh($0) } ?? true
        let silent = report.gateways.filter {
            !$0.isEnded && !retired.contains($0.name) && !isFresh($0.newest)
        }
        return (isStale ? [.stale(newest: report.newest)] : []) + silent.map { .silent($0) }
    }

    /// Prints the answer.
    private static func conclude(_ report: LogReport, on terminal: Terminal) throws {
        let (losses, faults) = report.findings.reduce(into: ([LogFinding](), [LogFinding]())) {
            if case .gap = $1 { $0.0.append($1) } else { $0.1.append($1) }
        }
        terminal.warn(losses.map { TerminalText.escaped($0.description) })
        if let first = faults.first {
            let lines = faults.map { TerminalText.escaped($0.description) }
            throw CommandFailure(.init(first), lines.joined(separator: "\n"))
        }
        let head = report.checkpoint.head
        let name = TerminalText.escaped(report.checkpoint.origin)
        terminal.line("good: \(name), \(head.size) entries, root \(head.root.base64)")
        if report.range.count < head.size {
            terminal.line(
                "checked: entries \(report.range.lowerBound)-\(report.range.upperBound - 1)"
            )
        }
        if let notice = report.retention {
            let days = notice.days.map { "older than \($0) days" }
            let entries = notice.entries.map { "before the newest \($0)" }
            let rule = [days, entries].compactMap(\.self).joined(separator: ", or ")
            let begin = notice.minimum
            terminal.line("pruned: \(report.pruned) entries before entry \(begin) (\(rule))")
        }
        terminal.line("streams: \(report.streamCount)")
        if let newest = report.newest {
            terminal.line("newest record: \(TerminalText.escaped(newest))")
        }
        if losses.isEmpty { return }
        throw CommandFailure(.recordsLost, "the log is in order, and its senders admit losses")
    }
}

/// Entries as people name them: the first is 0, and both ends belong to it.
struct EntryRange: ExpressibleByArgument, Equatable {
    let entries: Range<Int>

    init?(argument: String) {
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]),
            first >= 0, first <= last, last < Int.max
        else { return nil }
        entries = first..<last + 1
    }
}
