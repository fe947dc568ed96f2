// The conditions of a policy. All present fields must match; within a list, one suffices.

/// What a policy applies to.
public struct PolicyMatch: Codable, Sendable, Equatable {
    /// Who asks; nil for anyone.
    public var identity: IdentityMatch?
    /// Where to; nil for anywhere.
    ///
    /// Each entry is a destination pattern (see ``DestinationPattern``) or `group:<name>`.
    public var destination: [String]?
    /// The request methods, upper case; nil for any.
    ///
    /// `CONNECT` is a tunnel.
    public var method: [String]?
    /// Canonical path prefixes, matched on segment boundaries; nil for any path.
    public var pathPrefix: [String]?
    /// When; nil for always.
    public var time: TimeWindow?

    /// Describes conditions; nil means any.
    public init(
        identity: IdentityMatch? = nil,
        destination: [String]? = nil,
        method: [String]? = nil,
        pathPrefix: [String]? = nil,
        time: TimeWindow? = nil
    ) {
        self.identity = identity
        self.destination = destination
        self.method = method
        self.pathPrefix = pathPrefix
        self.time = time
    }

    enum CodingKeys: String, CodingKey {
        case identity, destination, method, time
        case pathPrefix = "path_prefix"
    }
}

/// Who a policy is about: every present list must contain the agent's value.
public struct IdentityMatch: Codable, Sendable, Equatable {
    /// Agent ids.
    public var agents: [String]?
    /// Team ids.
    public var teams: [String]?
    /// Project ids.
    public var projects: [String]?
    /// Environments.
    public var environments: [String]?

    /// Describes who; nil means any.
    public init(
        agents: [String]? = nil,
        teams: [String]? = nil,
        projects: [String]? = nil,
        environments: [String]? = nil
    ) {
        self.agents = agents
        self.teams = teams
        self.projects = projects
        self.environments = environments
    }

    enum CodingKeys: String, CodingKey {
        case agents = "agent_id"
        case teams = "team_id"
        case projects = "project_id"
        case environments = "environment"
    }
}

/// A weekly window in a fixed offset from UTC.
///
/// The window is half open: it contains `from` and not `to`. If `to` is not after `from`, it
/// reaches into the next day, which counts as part of the day it began on.
public struct TimeWindow: Codable, Sendable, Equatable {
    /// Days on which the window begins (`mon` … `sun`); nil for every day.
    public var days: [String]?
    /// The beginning, `HH:MM`.
    public var from: String
    /// The end, `HH:MM`; `24:00` is the end of the day.
    public var to: String
    /// `UTC`, or a fixed offset such as `+05:30`.
    public var zone: String

    /// Describes a window.
    public init(days: [String]? = nil, from: String, to: String, zone: String = "UTC") {
        self.days = days
        self.from = from
        self.to = to
        self.zone = zone
    }
}
