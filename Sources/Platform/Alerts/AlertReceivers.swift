// What the configuration file of a daemon says about who is told of its alerts, beside its log and its
// metrics.

import ClawgressDaemon

/// The block `alerts` of a configuration file.
public struct AlertReceivers: Decodable, Sendable {
    /// The server that alerts are posted to; nil for none.
    public var webhook: WebhookSettings?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case webhook
    }

    /// Tells nobody.
    public init() {}

    /// Decodes; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        guard values.contains(.webhook) else { return }
        try UnknownKeys.refuse(
            in: try values.superDecoder(forKey: .webhook),
            known: WebhookSettings.keys
        )
        webhook = try values.decode(WebhookSettings.self, forKey: .webhook)
    }

    /// What is wrong, one sentence each.
    public func problems() -> [String] {
        (webhook?.problems() ?? []).map { "`alerts.webhook`: \($0)" }
    }
}
