// Which recorded requests: the options that questions about recorded decisions share.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressContract

/// A span of time.
struct RecordedSpan: ParsableArguments {
    @Option(help: ArgumentHelp("From when: 24h, or 2026-01-31T08:00:00Z.", valueName: "time"))
    var since = "24h"

    @Option(help: ArgumentHelp("Until when, likewise; now if absent.", valueName: "time"))
    var until: String?

    func validate() throws {
        for text in [since, until].compactMap({ $0 })
        where LifeSpan(argument: text) == nil && Timestamp.seconds(text) == nil {
            throw ValidationError("`\(text)` is no time; write 24h or 2026-01-31T08:00:00Z")
        }
    }

    /// The parameters that say so.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    func query(now: Int64) -> [(name: String, value: String?)] {
        [("since", Self.time(since, now)), ("until", until.map { Self.time($0, now) })]
    }

    private static func time(_ text: String, _ now: Int64) -> String {
        LifeSpan(argument: text).map { Timestamp.text(max(0, now - $0.seconds)) } ?? text
    }
}

/// Whose requests, where to, and by which configuration they are judged.
struct RecordedOptions: ParsableArguments {
    @OptionGroup var span: RecordedSpan

    @Option(help: ArgumentHelp("Only this agent's.", valueName: "agent"))
    var agent: String?

    @Option(help: ArgumentHelp("Only to this host.", valueName: "name"))
    var host: String?

    @Flag(help: "By your candidate, which is the default.")
    var candidate = false

    @Flag(help: "By what you staged.")
    var staged = false

    @Option(help: ArgumentHelp("By a revision, a number or active.", valueName: "revision"))
    var revision: String?

    @Option(help: ArgumentHelp("At most so many entries, 1 to 1000.", valueName: "count"))
    var limit = 20

    func validate() throws {
        guard [candidate, staged, revision != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("--candidate, --staged and --revision exclude each other")
        }
        guard (1...1_000).contains(limit) else {
            throw ValidationError("--limit is 1 to 1000")
        }
    }

    /// The question.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    func request(_ path: String, now: Int64) -> APIRequest {
        let against = revision ?? (staged ? "staged" : "candidate")
        return APIRequest(
            .get,
            path,
            query: [("against", against)] + span.query(now: now) + [
                ("agent", agent), ("host", host), ("limit", String(limit)),
            ]
        )
    }
}

/// What is said beside an answer that was made of records.
enum ReadingText {
    /// What was not judged, and what was not read.
    static func note(_ reading: RecordReading, on terminal: Terminal) {
        let kinds = list(reading.notJudged)
        if !kinds.isEmpty { terminal.note("not judged: \(kinds)") }
        guard let bound = reading.endedBy else { return }
        let earliest = reading.earliest.map { ", back to \($0)" } ?? ""
        terminal.note(
            "a limit (`replay_\(bound.rawValue)`) ended the reading after \(reading.records) "
                + "records\(TerminalText.escaped(earliest)): ask for less time"
        )
    }

    /// `3 rate_limited, 2 limits`, most first.
    static func list(_ counts: [String: Int]) -> String {
        counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
            .map { "\($0.value) \(TerminalText.escaped($0.key))" }.joined(separator: ", ")
    }

    /// `1 request`, `2 requests`.
    static func count(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }
}
