// Everything that matches, as a file. What broke off is never taken for whole: the file has its name only
// when it is.

import ArgumentParser
import ClawgressBytes
import ClawgressContract
import Synchronization

/// `clawgress events export`.
struct EventsExport: ContextCommand {
    /// In which form.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case ndjson, csv
    }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes all of the log's records that match (asks the control plane).",
        discussion: """
            Examples:
              clawgress events export --since 1d --output day.ndjson
              clawgress events export --agent crawler --format csv --output crawler.csv
              clawgress events export --kind admin | jq -r .record.action

            With --output the file is written beside its name and gets it when it is whole; what \
            had the name is gone then. A transfer that breaks off is an error, with whatever came \
            already on standard output, or no file. In a sheet, cells that a program would take \
            for formulas begin with an apostrophe. Each export is an administrative event.
            """
    )

    @OptionGroup var filter: LogFilter
    @OptionGroup var times: LogTimes

    @Option(help: ArgumentHelp("ndjson or csv.", valueName: "format"))
    var format = Format.ndjson

    @Flag(help: "The newest first.")
    var newest = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to this file in place of standard output.", valueName: "file")
    )
    var output: String?

    @OptionGroup var options: APIOptions

    func validate() throws {
        if options.json, format == .csv {
            throw ValidationError("--json and --format csv exclude each other")
        }
    }

    func run(in context: CommandContext) throws {
        let endpoint = try options.endpoint(in: context)
        let query =
            filter.query + times.query(now: context.now())
            + [("format", format.rawValue), ("order", newest ? "newest" : "oldest")]
        let request = APIRequest(.get, AdminPath.logEvents + "/export", query: query)
        let progress = ExportProgress(context.terminal)
        guard let output else {
            let lines = StreamLines()
            try Self.transfer(context, endpoint, request) { bytes in
                for line in try lines.take(bytes) { context.terminal.line(line) }
                progress.note(bytes)
                return context.isOutputRead()
            }
            guard lines.isAtEnd else { throw Self.brokenOff }
            return progress.end()
        }
        let file = try ExportFile(output)
        do {
            try Self.transfer(context, endpoint, request) { bytes in
                try file.append(bytes)
                progress.note(bytes)
                return true
            }
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
        progress.end()
    }

    private static func transfer(
        _ context: CommandContext,
        _ endpoint: APIEndpoint,
        _ request: APIRequest,
        _ take: @escaping @Sendable ([UInt8]) throws -> Bool
    ) throws {
        let answer = try context.streamAPI(endpoint, request, take)
        guard answer.status == 200 else { throw APIProblem(answer).failure }
    }

    private static let brokenOff = CommandFailure(
        .unavailable,
        "the export broke off in the middle of a record: it is not whole"
    )
}

/// A file that has its name only when it is whole.
final class ExportFile: Sendable {
    private let path: String
    private let beside: String
    private let file: OpenFile
    private let length = Mutex(0)

    /// Begins to write beside `path`.
    init(_ path: String) throws {
        var random = SystemRandomNumberGenerator()
        self.path = path
        beside = "\(path).\(String(random.next() as UInt64, radix: 36)).part"
        do throws(FileError) {
            file = try OpenFile(path: beside, creating: true)
        } catch {
            throw CommandFailure(.cannotCreate, error.description)
        }
    }

    func append(_ bytes: [UInt8]) throws {
        try length.withLock { length in
            try file.write(bytes[...], at: length)
            length += bytes.count
        }
    }

    /// Gives it its name.
    func finish() throws {
        try file.synchronise()
        try WholeFile.move(beside, to: path)
    }

    /// Removes what there is of it.
    func discard() {
        // Whatever made the export fail is what the operator has to know.
        try? WholeFile.remove(beside)
    }
}

/// How far an export has come, told about every second.
private final class ExportProgress: Sendable {
    private struct State {
        var records = 0
        var bytes = 0
        var noted = MonotonicClock.milliseconds()
    }

    private let terminal: Terminal
    private let state = Mutex(State())

    init(_ terminal: Terminal) { self.terminal = terminal }

    func note(_ bytes: [UInt8]) {
        let text = state.withLock { state -> String? in
            state.bytes += bytes.count
            state.records += bytes.count(where: { $0 == UInt8(ascii: "\n") })
            let now = MonotonicClock.milliseconds()
            guard now - state.noted >= 1_000 else { return nil }
            state.noted = now
            return Self.text(state)
        }
        if let text { terminal.note("\(text) so far") }
    }

    func end() {
        terminal.note("\(state.withLock { Self.text($0) }), whole")
    }

    private static func text(_ state: State) -> String {
        "\(state.records) lines, \(state.bytes) bytes"
    }
}
