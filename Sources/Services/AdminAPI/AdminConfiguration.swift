// What the admin API needs to start.

public import ClawgressAlerts
public import ClawgressDaemon
import ClawgressMesh
public import ClawgressShipping

/// The daemon's configuration file (`admin-api.yaml`).
public struct AdminConfiguration: ServiceConfiguration {
    /// What every service has.
    public var basics: ServiceBasics
    /// Where clawgress-policy listens, `host:port`.
    public var policy: String
    /// Where events go; nil if they stay in the spool.
    public var audit: ShippingConfiguration?
    /// Who is told of alerts.
    public var alerts = AlertReceivers()
    /// The OpenAPI document to serve.
    public var openAPIFile: String?
    /// What is taken of one side.
    public var limits = AdminLimits()

    enum CodingKeys: String, CodingKey, CaseIterable {
        case policy, limits, audit, alerts
        case openAPIFile = "openapi_file"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        basics = try ServiceBasics(
            from: decoder,
            others: CodingKeys.allCases.map(\.rawValue),
            listen: "127.0.0.1:8443"
        )
        let values = try decoder.container(keyedBy: CodingKeys.self)
        policy = try values.decode(String.self, forKey: .policy)
        audit = try values.decodeIfPresent(ShippingConfiguration.self, forKey: .audit)
        openAPIFile = try values.decodeIfPresent(String.self, forKey: .openAPIFile)
        try values.read(.alerts, into: &alerts)
        try values.read(.limits, into: &limits)
    }

    /// Problems that the format alone does not show, one sentence each.
    public func problems() -> [String] {
        var problems = limits.problems() + (audit?.problems(hasMesh: true) ?? [])
        problems += alerts.problems()
        for (key, text) in [("listen", listen), ("policy", policy)] where MeshAddress(text) == nil {
            problems.append("`\(key)` is `\(text)`, but must be `host:port`")
        }
        return problems
    }
}
