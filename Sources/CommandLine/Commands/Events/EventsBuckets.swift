// Decisions by time, as a chart of characters: where something began is seen before it is searched for.

import ArgumentParser
import ClawgressConfigTree
import ClawgressContract
import ClawgressJWS

/// `clawgress events buckets`.
struct EventsBuckets: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "buckets",
        abstract: "Draws the log's records by time (asks the control plane).",
        discussion: """
            Examples:
              clawgress events buckets --agent crawler
              clawgress events buckets --since 1d --bucket 1h --decision deny
              clawgress events buckets --since 2026-01-31T08:00:00Z --bucket 5m --json

            A line for each span: # is allowed, x denied, ~ rate limited, . anything else. Every \
            kind that occurred in a span has at least one character.
            """
    )

    @OptionGroup var filter: LogFilter

    @Option(
        help: ArgumentHelp("Since then: 1h ago, or 2026-01-31T08:00:00Z.", valueName: "time")
    )
    var since = "1h"

    @Option(
        help: ArgumentHelp("Only before then: 1h ago, or 2026-01-31T08:00:00Z.", valueName: "time")
    )
    var until: String?

    @Option(help: ArgumentHelp("How long each span is.", valueName: "span"))
    var bucket = LifeSpan(seconds: 120)

    @OptionGroup var options: APIOptions

    func run(in context: CommandContext) throws {
        let client = APIClient(try options.endpoint(in: context), in: context)
        let now = context.now()
        let query =
            filter.query
            + [
                ("since", LogTimes.time(since, now)), ("until", LogTimes.time(until, now)),
                ("bucket_seconds", String(bucket.seconds)),
            ]
        let answer = try LogAnswer(client, "/buckets", query)
        guard !options.json else { return context.terminal.line(answer.line) }
        let chart = LogChart(try answer.items.map(LogChart.Bar.init), seconds: bucket.seconds)
        for line in chart.lines(on: context.terminal) { context.terminal.line(line) }
        if chart.isEmpty { throw CommandFailure(.no, "") }
    }
}

/// Bars of characters.
struct LogChart {
    /// What happened in a span.
    struct Bar {
        let start: String
        /// Allowed, denied, rate limited, others.
        let counts: [Int64]

        var total: Int64 { counts.reduce(0, +) }

        init(_ item: JSONValue) throws {
            let counts = ["allow", "deny", "rate_limit", "other"].map { item[$0]?.integer ?? -1 }
            guard let start = item["start"]?.text, counts.allSatisfy({ $0 >= 0 }) else {
                throw LogRecord.unknown
            }
            self.start = TerminalText.escaped(start)
            self.counts = counts
        }

        init(empty start: String) {
            self.start = start
            counts = [0, 0, 0, 0]
        }
    }

    private let bars: [Bar]

    /// What the service answers at most.
    private static var barsMax: Int { 1_000 }

    private static let marks: [(character: String, style: Terminal.Style)] = [
        ("#", .good), ("x", .bad), ("~", .attention), (".", .faint),
    ]

    /// - Parameter seconds: how long each span is; spans in which nothing happened are put between.
    init(_ found: [Bar], seconds: Int64) {
        var bars: [Bar] = []
        var next: Int64?
        for bar in found {
            let start = Moment.seconds("\(bar.start.prefix(19))Z")
            while let due = next, let start, due < start, bars.count < Self.barsMax {
                bars.append(Bar(empty: Moment.text(due) ?? "-"))
                next = due + seconds
            }
            bars.append(bar)
            next = start.map { $0 + seconds }
        }
        self.bars = bars
    }

    var isEmpty: Bool { bars.isEmpty }

    /// A line for each span, no wider than the terminal.
    func lines(on terminal: Terminal) -> [String] {
        let most = bars.map(\.total).max() ?? 0
        let room = max(8, terminal.width - 20 - String(most).count - 2)
        return bars.map { bar in
            let time = bar.start.prefix(19).replacing("T", with: " ")
            let drawn = zip(bar.counts, Self.marks).map { count, mark in
                let length = Self.length(count, most: most, room: room)
                return terminal.styled(String(repeating: mark.character, count: length), mark.style)
            }.joined()
            return "\(time) \(drawn) \(bar.total)"
        }
    }

    private static func length(_ count: Int64, most: Int64, room: Int) -> Int {
        guard count > 0, most > 0 else { return 0 }
        // Four kinds may each be rounded up to one character.
        return max(1, Int(Double(count) / Double(most) * Double(room - 4)))
    }
}
