// What the admin API takes of one side before it says no.

import ClawgressDaemon

/// The limits of the admin API; each has a default that fits most.
public struct AdminLimits: Decodable, Sendable {
    /// Bytes of one request's body; a whole configuration must fit.
    public var bodyBytes = 32 << 20
    /// Requests of one user each second, on average.
    public var requestsPerSecond = 200
    /// Files of the log that one user may read each second, on average.
    public var logFilesPerSecond = 1_000
    /// Requests of one address each second to what needs no credential.
    public var openRequestsPerSecond = 20
    /// Refused credentials of one address each minute.
    public var sourceFailuresPerMinute = 30
    /// Failed logins of one user each minute.
    public var userFailuresPerMinute = 10
    /// The life of a session.
    public var sessionSeconds: Int64 = 12 * 3_600
    /// The longest life of an operator token.
    public var tokenSecondsMax: Int64 = 366 * 86_400

    /// Sessions of one user; the oldest ends for a new one.
    public var sessionsPerUser = 100
    /// Live tokens of one user, and as many that have ended.
    public var tokensPerUser = 100
    /// Bytes of all candidates of one user.
    public var candidateBytesPerUser = 128 << 20
    /// Commits that are listed, and revisions that were in force.
    public var revisionsKept = 1_000
    /// Bytes of answers that are kept to be repeated.
    public var keptAnswerBytes = 64 << 20
    /// Refusals of one user or source each minute that have an event of their own.
    public var refusalEventsPerMinute = 60
    /// Exports and tails of the log that one user may have open.
    public var logStreamsPerUser = 4

    /// Records that one answer is made of: a replay, or suggestions.
    public var replayRecords = 500_000
    /// How long such an answer may take.
    public var replaySeconds: Int64 = 20
    /// How many of them are made at a time.
    public var replaysAtOnce = 2

    /// Bytes of the audit trail's spool; without room nothing may be changed.
    public var spoolBytes: Int64 = 1 << 30

    enum CodingKeys: String, CodingKey, CaseIterable {
        case bodyBytes = "body_bytes"
        case requestsPerSecond = "requests_per_second"
        case logFilesPerSecond = "log_files_per_second"
        case openRequestsPerSecond = "open_requests_per_second"
        case sourceFailuresPerMinute = "source_failures_per_minute"
        case userFailuresPerMinute = "user_failures_per_minute"
        case sessionSeconds = "session_seconds"
        case tokenSecondsMax = "token_seconds_max"
        case sessionsPerUser = "sessions_per_user"
        case tokensPerUser = "tokens_per_user"
        case candidateBytesPerUser = "candidate_bytes_per_user"
        case revisionsKept = "revisions_kept"
        case keptAnswerBytes = "kept_answer_bytes"
        case refusalEventsPerMinute = "refusal_events_per_minute"
        case logStreamsPerUser = "log_streams_per_user"
        case replayRecords = "replay_records"
        case replaySeconds = "replay_seconds"
        case replaysAtOnce = "replays_at_once"
        case spoolBytes = "spool_bytes"
    }

    /// The defaults.
    public init() {}

    /// Decodes what is given over the defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try values.read(.bodyBytes, into: &bodyBytes)
        try values.read(.requestsPerSecond, into: &requestsPerSecond)
        try values.read(.logFilesPerSecond, into: &logFilesPerSecond)
        try values.read(.openRequestsPerSecond, into: &openRequestsPerSecond)
        try values.read(.sourceFailuresPerMinute, into: &sourceFailuresPerMinute)
        try values.read(.userFailuresPerMinute, into: &userFailuresPerMinute)
        try values.read(.sessionSeconds, into: &sessionSeconds)
        try values.read(.tokenSecondsMax, into: &tokenSecondsMax)
        try values.read(.sessionsPerUser, into: &sessionsPerUser)
        try values.read(.tokensPerUser, into: &tokensPerUser)
        try values.read(.candidateBytesPerUser, into: &candidateBytesPerUser)
        try values.read(.revisionsKept, into: &revisionsKept)
        try values.read(.keptAnswerBytes, into: &keptAnswerBytes)
        try values.read(.refusalEventsPerMinute, into: &refusalEventsPerMinute)
        try values.read(.spoolBytes, into: &spoolBytes)
        try values.read(.logStreamsPerUser, into: &logStreamsPerUser)
        try values.read(.replayRecords, into: &replayRecords)
        try values.read(.replaySeconds, into: &replaySeconds)
        try values.read(.replaysAtOnce, into: &replaysAtOnce)
    }

    /// Limits out of their range, one sentence each.
    func problems() -> [String] {
        var problems: [String] = []
        func check(_ key: CodingKeys, _ value: Int64, _ range: ClosedRange<Int64>) {
            guard !range.contains(value) else { return }
            problems.append(
                "`limits.\(key.rawValue)` is \(value), but must be from \(range.lowerBound) to "
                    + "\(range.upperBound)"
            )
        }
        check(.bodyBytes, Int64(bodyBytes), 65_536...268_435_456)
        check(.requestsPerSecond, Int64(requestsPerSecond), 1...100_000)
        check(.logFilesPerSecond, Int64(logFilesPerSecond), 1...100_000)
        check(.openRequestsPerSecond, Int64(openRequestsPerSecond), 1...100_000)
        check(.sourceFailuresPerMinute, Int64(sourceFailuresPerMinute), 1...100_000)
        check(.userFailuresPerMinute, Int64(userFailuresPerMinute), 1...100_000)
        check(.sessionSeconds, sessionSeconds, 60...2_592_000)
        check(.tokenSecondsMax, tokenSecondsMax, 3_600...315_360_000)
        check(.sessionsPerUser, Int64(sessionsPerUser), 1...10_000)
        check(.tokensPerUser, Int64(tokensPerUser), 1...10_000)
        check(.candidateBytesPerUser, Int64(candidateBytesPerUser), 1_048_576...17_179_869_184)
        check(.revisionsKept, Int64(revisionsKept), 100...1_000_000)
        check(.keptAnswerBytes, Int64(keptAnswerBytes), 1_048_576...17_179_869_184)
        check(.refusalEventsPerMinute, Int64(refusalEventsPerMinute), 1...100_000)
        check(.logStreamsPerUser, Int64(logStreamsPerUser), 1...1_000)
        check(.replayRecords, Int64(replayRecords), 1...100_000_000)
        // The command line waits for a minute.
        check(.replaySeconds, replaySeconds, 1...30)
        check(.replaysAtOnce, Int64(replaysAtOnce), 1...100)
        check(.spoolBytes, spoolBytes, 1_048_576...1_099_511_627_776)
        return problems
    }
}
