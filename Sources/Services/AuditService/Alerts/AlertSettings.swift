// What the configuration file says about who is told of alerts, beside the process' log and metrics.

import ClawgressDaemon

/// The `alerts` of the configuration file.
public struct AlertSettings: Decodable, Sendable {
    /// The server that each begin and end of an alert is posted to; nil for none.
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
            known: WebhookSettings.CodingKeys.allCases.map(\.rawValue)
        )
        webhook = try values.decode(WebhookSettings.self, forKey: .webhook)
    }

    /// What is wrong, one sentence each.
    func problems() -> [String] {
        (webhook?.problems() ?? []).map { "`alerts.webhook`: \($0)" }
    }
}
