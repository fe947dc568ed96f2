// When a state that lasts is worth an alert.

/// Thresholds of alerts.
public struct AlertSettings: Codable, Sendable, Equatable {
    /// How full the spool is, in percent of what it may take, when `spool_backlog` is raised.
    public var spoolBacklogPercent = 50
    /// Seconds without an acknowledgement, while events wait, until `audit_unreachable`.
    public var auditUnreachableSeconds = 10
    /// Seconds without word from the policy service until `bundle_stale`; nil for what each
    /// gateway was started with.
    public var bundleAgeSeconds: Int?

    /// The product's defaults.
    public init() {}

    /// What can be said of the spool.
    public static var percents: ClosedRange<Int> { 1...99 }
    /// What can be said of seconds.
    public static var seconds: ClosedRange<Int> { 1...2_592_000 }

    enum CodingKeys: String, CodingKey {
        case spoolBacklogPercent = "spool_backlog_percent"
        case auditUnreachableSeconds = "audit_unreachable_seconds"
        case bundleAgeSeconds = "bundle_age_seconds"
    }
}
