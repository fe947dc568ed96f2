// How much an agent may ask: the quota record of specification section 9.3.

/// Rate limits of one agent, or the default for agents without their own (section 9.3).
public struct Quota: Codable, Sendable, Equatable {
    /// What happens above a limit.
    public enum Mode: String, Codable, Sendable {
        /// The request is refused with `429`.
        case hardStop = "hard_stop"
        /// The request goes on; its record and an alert say so.
        case alertOnly = "alert_only"
    }

    /// The agent; nil in the default quota.
    public var agentID: String?
    /// Requests admitted in any one second; nil for no such limit.
    public var rpsLimit: Int?
    /// Requests admitted in any 60 seconds; nil for no such limit.
    public var rpmLimit: Int?
    /// What happens above a limit.
    public var mode: Mode

    /// Describes a quota.
    public init(agentID: String?, rpsLimit: Int?, rpmLimit: Int?, mode: Mode = .hardStop) {
        self.agentID = agentID
        self.rpsLimit = rpsLimit
        self.rpmLimit = rpmLimit
        self.mode = mode
    }

    enum CodingKeys: String, CodingKey {
        case agentID = "agent_id"
        case rpsLimit = "rps_limit"
        case rpmLimit = "rpm_limit"
        case mode
    }
}

/// What the quota said about a request; the value of the event's field `quota_applied`.
public enum QuotaApplied: UInt8, Sendable, CaseIterable {
    case none, within, alertRPS, alertRPM, stopRPS, stopRPM

    /// The stable name in events.
    public var name: StaticString {
        switch self {
        case .none: "none"
        case .within: "within"
        case .alertRPS: "alert_rps"
        case .alertRPM: "alert_rpm"
        case .stopRPS: "stop_rps"
        case .stopRPM: "stop_rpm"
        }
    }
}
