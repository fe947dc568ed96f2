// What the configuration file says about the machine's journal.

import ClawgressDaemon

/// The journal of systemd.
public struct JournaldSettings: Decodable, Sendable {
    /// The socket at which it takes messages.
    public var socket: String
    /// How long one message may wait for it, in milliseconds.
    public var timeout: Int

    enum CodingKeys: String, CodingKey, CaseIterable {
        case socket
        case timeout = "timeout_ms"
    }

    /// Decodes with the defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        socket =
            try values.decodeIfPresent(String.self, forKey: .socket)
            ?? "/run/systemd/journal/socket"
        timeout = try values.decodeIfPresent(Int.self, forKey: .timeout) ?? 5_000
    }

    /// What is wrong, one sentence each.
    func problems() -> [String] {
        var found: [String] = []
        if !socket.hasPrefix("/") || socket.utf8.count > 107 {
            found.append("`socket` must be a path from `/` on, of 107 bytes at most")
        }
        if !(10...600_000).contains(timeout) { found.append("`timeout_ms` must be 10 to 600000") }
        return found
    }
}
