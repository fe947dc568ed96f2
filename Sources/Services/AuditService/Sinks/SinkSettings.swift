// What the configuration file says about sinks. One list, in which each kind of sink has keys of its
// own: a key of another kind is refused, like any that nobody knows.

public import ClawgressAlerts
import ClawgressDaemon

/// In which form a sink gets records.
public enum SinkFormat: String, Decodable, Sendable {
    /// The record's canonical bytes.
    case clawgress
    /// An event of the Open Cybersecurity Schema Framework; see ``OCSFEvent``.
    case ocsf
}

/// Where a sink begins that was never run.
public enum SinkStart: String, Decodable, Sendable {
    /// Behind what is in the log then.
    case now
    /// At the log's first entry.
    case start
}

/// Where a sink's records go.
public enum SinkTarget: Sendable {
    /// To a syslog server.
    case syslog(SyslogSettings)
    /// To the machine's journal.
    case journald(JournaldSettings)
    /// Into a file.
    case file(SinkFileSettings)
    /// To an HTTP server.
    case webhook(WebhookSettings)
}

/// One of `sinks` in the configuration file.
public struct SinkSettings: Decodable, Sendable {
    /// By what it is known: in metrics, in messages, and as the name of its cursor.
    public var name: String
    /// The form of its records.
    public var format: SinkFormat
    /// Where a new one begins.
    public var from: SinkStart
    /// Which records it gets.
    public var filter: SinkFilter
    /// How many records are handed over at once.
    public var batchRecords: Int
    /// How many bytes of records are handed over at once, beside the last one.
    public var batchBytes: Int
    /// For how long it may fail before there is an alert, in milliseconds.
    public var downAfter: Int64
    /// Where they go.
    public var target: SinkTarget

    /// How many there may be.
    public static let countMax = 16

    private enum Kind: String, Decodable { case syslog, journald, file, webhook }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, kind, format, from, filter
        case batchRecords = "batch_records"
        case batchBytes = "batch_bytes"
        case downAfter = "down_after_ms"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try values.decode(Kind.self, forKey: .kind)
        let known = CodingKeys.allCases.map(\.rawValue) + Self.keys(of: kind)
        try UnknownKeys.refuse(in: decoder, known: known)
        name = try values.decode(String.self, forKey: .name)
        format = try values.decodeIfPresent(SinkFormat.self, forKey: .format) ?? .clawgress
        from = try values.decodeIfPresent(SinkStart.self, forKey: .from) ?? .now
        filter = try values.decodeIfPresent(SinkFilter.self, forKey: .filter) ?? SinkFilter()
        batchRecords = try values.decodeIfPresent(Int.self, forKey: .batchRecords) ?? 500
        batchBytes = try values.decodeIfPresent(Int.self, forKey: .batchBytes) ?? 1 << 20
        downAfter = try values.decodeIfPresent(Int64.self, forKey: .downAfter) ?? 60_000
        switch kind {
        case .syslog: target = .syslog(try SyslogSettings(from: decoder))
        case .journald: target = .journald(try JournaldSettings(from: decoder))
        case .file: target = .file(try SinkFileSettings(from: decoder))
        case .webhook: target = .webhook(try WebhookSettings(from: decoder))
        }
    }

    private static func keys(of kind: Kind) -> [String] {
        switch kind {
        case .syslog: SyslogSettings.CodingKeys.allCases.map(\.rawValue)
        case .journald: JournaldSettings.CodingKeys.allCases.map(\.rawValue)
        case .file: SinkFileSettings.CodingKeys.allCases.map(\.rawValue)
        case .webhook: WebhookSettings.keys
        }
    }

    /// Whether the name can be a file's name, and a label, without quotes in either.
    var hasPlainName: Bool {
        (1...32).contains(name.utf8.count) && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-")
            }
    }

    /// What is wrong with it, one sentence each.
    func problems() -> [String] {
        guard hasPlainName else {
            return [
                "`sinks`: the name `\(name)` must be 1 to 32 of `a`-`z`, `0`-`9` and `-`, "
                    + "and not begin with `-`"
            ]
        }
        let bounds: [(String, Int64, ClosedRange<Int64>)] = [
            ("batch_records", Int64(batchRecords), 1...10_000),
            ("batch_bytes", Int64(batchBytes), 1_024...16 << 20),
            ("down_after_ms", downAfter, 0...86_400_000),
        ]
        let found = bounds.filter { !$0.2.contains($0.1) }.map { key, _, range in
            "`\(key)` must be \(range.lowerBound) to \(range.upperBound)"
        }
        let own =
            switch target {
            case .syslog(let settings): settings.problems()
            case .journald(let settings): settings.problems()
            case .file(let settings): settings.problems()
            case .webhook(let settings): settings.problems()
            }
        return (found + own).map { "`sinks.\(name)`: \($0)" }
    }

    /// What is wrong with a list of them, one sentence each.
    static func problems(_ sinks: [SinkSettings]) -> [String] {
        var found = sinks.flatMap { $0.problems() }
        if sinks.count > countMax { found.append("`sinks` may be \(countMax) at most") }
        var names: Set<String> = []
        for sink in sinks where !names.insert(sink.name).inserted {
            found.append("`sinks`: `\(sink.name)` is there twice, and each needs its own cursor")
        }
        var paths: Set<String> = []
        for case .file(let file) in sinks.map(\.target) where !paths.insert(file.path).inserted {
            found.append("`sinks`: `\(file.path)` is the file of two, which would mix their lines")
        }
        return found
    }
}
