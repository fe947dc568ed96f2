// What the configuration file says about a file of lines.

import ClawgressDaemon

/// A file to which lines are added.
public struct SinkFileSettings: Decodable, Sendable {
    /// Where it is.
    public var path: String
    /// How long it may become before it is put aside, in bytes; nil for any length.
    public var rotateBytes: Int?
    /// How many files that were put aside are kept.
    public var keep: Int

    enum CodingKeys: String, CodingKey, CaseIterable {
        case path, keep
        case rotateBytes = "rotate_bytes"
    }

    /// Decodes with the defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        path = try values.decode(String.self, forKey: .path)
        rotateBytes = try values.decodeIfPresent(Int.self, forKey: .rotateBytes)
        keep = try values.decodeIfPresent(Int.self, forKey: .keep) ?? 8
    }

    /// What is wrong, one sentence each.
    func problems() -> [String] {
        var found: [String] = []
        if !path.hasPrefix("/") || path.hasSuffix("/") {
            found.append("`path` must be that of a file, from `/` on")
        }
        if let rotateBytes, !(65_536...1 << 40).contains(rotateBytes) {
            found.append("`rotate_bytes` must be 65536 to \(1 << 40)")
        }
        if !(1...1_000).contains(keep) { found.append("`keep` must be 1 to 1000") }
        return found
    }
}
