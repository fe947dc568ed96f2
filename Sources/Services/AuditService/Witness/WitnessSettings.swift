// Which witnesses a log has, and how many of them must have signed a checkpoint for it to be shown as
// a witnessed one.

import ClawgressDaemon
public import ClawgressTransparencyLog
import Foundation

/// One witness.
public struct WitnessPlace: Decodable, Sendable {
    /// Its submission prefix, without a slash at the end: `https://…`, or `http://` on loopback.
    public var url: String
    /// The key that its cosignatures are checked with.
    public var key: NoteKey
    /// The authority of its certificate, in a file; nil for the system's.
    public var authority: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case url, key
        case authority = "ca_file"
    }

    /// Decodes an entry of the list; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let written = try values.decode(String.self, forKey: .url)
        url = written.hasSuffix("/") ? String(written.dropLast()) : written
        let text = try values.decode(String.self, forKey: .key)
        do throws(NoteError) {
            key = try NoteKey(text)
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .key,
                in: values,
                debugDescription: "`\(text)` is no key of a witness (name+id+key)"
            )
        }
        authority = try values.decodeIfPresent(String.self, forKey: .authority)
    }

    /// What is wrong with it, one sentence each.
    func problems() -> [String] {
        var found: [String] = []
        if key.kind != .cosignature {
            found.append("`witnesses`: the key of `\(key.name)` signs no cosignatures (type 4)")
        }
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            parts.user == nil, parts.query == nil, parts.fragment == nil
        else { return found + ["`witnesses`: `\(url)` must be `https://host/prefix`"] }
        let isLocal = ["127.0.0.1", "[::1]", "::1", "localhost"].contains(host)
        switch parts.scheme {
        case "https": break
        case "http" where isLocal && authority == nil: break
        case "http" where isLocal:
            found.append("`witnesses`: `\(url)` has no certificate, so leave `ca_file` away")
        default: found.append("`witnesses`: `\(url)` must be https; http is for loopback")
        }
        return found
    }
}

/// The `witnesses` of the configuration file.
public struct WitnessSettings: Decodable, Sendable {
    /// All of them; none unless the file names some.
    public var list: [WitnessPlace] = []
    /// How many must have signed a checkpoint.
    public var required = 0
    /// How often a checkpoint is sent to them at most, in milliseconds.
    public var every: Int64 = 10_000
    /// How long one may take to answer, in milliseconds.
    public var timeout: Int64 = 5_000
    /// After how long without a witnessed checkpoint the alert is raised, in milliseconds.
    public var alertAfter: Int64 = 60_000

    enum CodingKeys: String, CodingKey, CaseIterable {
        case list, required
        case every = "every_ms"
        case timeout = "timeout_ms"
        case alertAfter = "alert_after_ms"
    }

    private static var witnessesMax: Int { 16 }

    /// No witnesses.
    public init() {}

    /// Decodes what is given over the defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        list = try values.decode([WitnessPlace].self, forKey: .list)
        required = try values.decodeIfPresent(Int.self, forKey: .required) ?? list.count
        every = try values.decodeIfPresent(Int64.self, forKey: .every) ?? every
        timeout = try values.decodeIfPresent(Int64.self, forKey: .timeout) ?? timeout
        alertAfter = try values.decodeIfPresent(Int64.self, forKey: .alertAfter) ?? alertAfter
    }

    /// What is wrong with them, one sentence each.
    func problems() -> [String] {
        guard !list.isEmpty || required != 0 else { return [] }
        var found = list.flatMap { $0.problems() }
        if list.count > Self.witnessesMax {
            found.append("`witnesses.list` may name \(Self.witnessesMax) at most")
        }
        if Set(list.map(\.key.publicKey)).count < list.count
            || Set(list.map(\.key.name)).count < list.count
        {
            found.append("`witnesses.list` names a witness twice: each counts once")
        }
        let bounds: [(CodingKeys, Int64, ClosedRange<Int64>)] = [
            (.required, Int64(required), 1...Int64(max(1, list.count))),
            (.every, every, 100...3_600_000),
            (.timeout, timeout, 100...60_000),
            (.alertAfter, alertAfter, 100...86_400_000),
        ]
        for (key, value, range) in bounds where !range.contains(value) {
            found.append(
                "`witnesses.\(key.rawValue)` must be \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return found
    }
}
