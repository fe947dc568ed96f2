// What of a record can be asked for. The codes are in the index's file: one that was shipped keeps
// its number.

/// What a record tells of.
public enum RecordKind: String, CaseIterable, Sendable {
    /// A request of an agent.
    case request
    /// What an operator did, or tried.
    case admin
    /// Events that a gateway had to drop.
    case gap
    /// A gateway's sign of life.
    case heartbeat
    /// Something that this version does not know.
    case other

    var code: Int64 {
        switch self {
        case .request: 1
        case .admin: 2
        case .gap: 3
        case .heartbeat: 4
        case .other: 5
        }
    }
}

/// What was decided on a request.
public enum RecordDecision: String, CaseIterable, Sendable {
    /// It was let through.
    case allow
    /// It was refused by a policy, or for want of one.
    case deny
    /// It was refused by a quota.
    case rateLimit = "rate_limit"

    /// 0 is for records without a decision.
    var code: Int64 {
        switch self {
        case .allow: 1
        case .deny: 2
        case .rateLimit: 3
        }
    }

    static let codes: [Int64] = [0] + allCases.map(\.code)
}

/// The members of records that are single words, by which they can be selected and counted.
public enum RecordWord: String, CaseIterable, Sendable {
    /// The agent that was proved.
    case agent
    /// Its team.
    case team
    /// Its project.
    case project
    /// Its environment.
    case environment
    /// The deciding policy.
    case policy
    /// The reason code; of an administrative event, that of a refusal.
    case reason
    /// The gateway, or the service, whose record it is.
    case gateway

    /// Words of our own records are shorter (EventWriter); a longer one is not indexed.
    static var bytesMax: Int { 512 }

    /// The place of a word in ``IndexedRecord/words``.
    var place: Int {
        switch self {
        case .agent: 0
        case .team: 1
        case .project: 2
        case .environment: 3
        case .policy: 4
        case .reason: 5
        case .gateway: 6
        }
    }
}
