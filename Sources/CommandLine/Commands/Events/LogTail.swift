// The live tail: server-sent events, read as they come. What ends it is said, because a tail that goes
// silent and one that has ended must not look alike.

import ClawgressContract
import ClawgressJWS
import Synchronization

/// Prints records that come, until somebody ends it.
struct LogTail {
    let printer: LogPrinter

    /// Watches; returns when nobody reads the output any longer.
    func run(
        _ query: [(name: String, value: String?)],
        _ options: APIOptions,
        in context: CommandContext
    ) throws {
        let endpoint = try options.endpoint(in: context)
        let request = APIRequest(.get, AdminPath.logEvents + "/tail", query: query)
        let lines = StreamLines()
        let isEnd = Mutex(false)
        printer.begin()
        let tail = TailReader(printer: printer, lines: lines)
        let answer = try context.streamAPI(endpoint, request) { bytes in
            try tail.take(bytes)
            let isRead = context.isOutputRead()
            if !isRead { isEnd.withLock { $0 = true } }
            return isRead
        }
        guard answer.status == 200 else { throw APIProblem(answer).failure }
        guard isEnd.withLock({ $0 }) else {
            throw CommandFailure(.unavailable, "the tail ended without saying why")
        }
    }
}

/// Reads server-sent events (WHATWG HTML, section 9.2) as far as the tail uses them.
private final class TailReader: Sendable {
    private let printer: LogPrinter
    private let lines: StreamLines
    private let isLast = Mutex(false)

    init(printer: LogPrinter, lines: StreamLines) {
        self.printer = printer
        self.lines = lines
    }

    func take(_ bytes: [UInt8]) throws {
        for line in try lines.take(bytes) {
            if line == "event: end" { isLast.withLock { $0 = true } }
            guard line.hasPrefix("data: ") else { continue }
            guard let data = try? StrictJSON.read(String(line.dropFirst(6))) else {
                throw LogRecord.unknown
            }
            if isLast.withLock({ $0 }) { throw Self.end(data["reason"]?.text) }
            printer.print(try LogRecord(data))
        }
    }

    private static func end(_ reason: String?) -> CommandFailure {
        switch reason {
        case "too_slow":
            CommandFailure(.unavailable, "the tail ended: records came faster than they were read")
        case "stopping":
            CommandFailure(.unavailable, "the tail ended: a service of the control plane stops")
        case "access_ended":
            CommandFailure(.noPermission, "the tail ended: this token may not read it any longer")
        default:
            CommandFailure(
                .unavailable,
                "the tail ended: \(TerminalText.escaped(reason ?? "without a reason"))"
            )
        }
    }
}

/// Cuts what comes into lines.
final class StreamLines: Sendable {
    private let rest = Mutex<[UInt8]>([])

    /// Longer than any line that the service writes.
    private static var lineBytesMax: Int { 1 << 20 }

    /// The lines that are complete now, without their ends.
    func take(_ bytes: [UInt8]) throws -> [String] {
        try rest.withLock { rest in
            rest += bytes
            guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else {
                guard rest.count <= Self.lineBytesMax else { throw LogRecord.unknown }
                return []
            }
            let whole = rest[..<end].split(
                separator: UInt8(ascii: "\n"),
                omittingEmptySubsequences: false
            )
            let lines = whole.map { String(decoding: $0, as: UTF8.self) }
            rest.removeSubrange(...end)
            return lines
        }
    }

    /// Whether the last line had its end.
    var isAtEnd: Bool { rest.withLock { $0.isEmpty } }
}
