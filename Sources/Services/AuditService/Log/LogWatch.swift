// What an operator has to be told without asking: each alert once when it begins and once when it
// ends. What mends itself within moments, such as a hole that the next batch closes, is none.

public import ClawgressBytes
import ClawgressRecords

/// What may be wrong with a log.
public enum LogAlert: String, CaseIterable, Sendable {
    /// Numbers that their senders gave are not there.
    case recordsMissing = "records_missing"
    /// Durable records wait for a checkpoint.
    case checkpointLate = "checkpoint_late"
    /// The disk takes nothing.
    case diskFull = "disk_full"
    /// The disk has little room left.
    case diskNearlyFull = "disk_nearly_full"
    /// Nine tenths of `streams_max` are used, or one sender uses nine tenths of `streams_per_sender`.
    case streamsNearlyFull = "streams_nearly_full"
    /// A gateway gives no heartbeats, and did not say that it ends.
    case gatewaySilent = "gateway_silent"
    /// Too few witnesses have signed, for longer than `witnesses.alert_after_ms`.
    case witnessesMissing = "witnesses_missing"
    /// A witness has signed another tree than the log has.
    case witnessInconsistent = "witness_inconsistent"

    /// How long it must last before it is raised, in milliseconds.
    var patience: Int64 {
        switch self {
        case .recordsMissing: 30_000
        case .checkpointLate: 10_000
        case .diskFull, .diskNearlyFull, .streamsNearlyFull: 0
        case .gatewaySilent, .witnessesMissing, .witnessInconsistent: 0
        }
    }
}

/// Follows a log's state.
public struct LogWatch: Sendable {
    /// Which alerts are raised.
    public private(set) var raised: Set<LogAlert> = []
    /// Since when there was no newer checkpoint, in milliseconds of the caller's clock.
    public private(set) var checkpointSince: Int64?
    private var since: [LogAlert: Int64] = [:]
    private var covered = -1

    /// Begins to watch.
    public init() {}

    /// Looks at the log at a moment.
    ///
    /// - Parameters:
    ///   - space: of the log's disk; nil if it is not known.
    ///   - now: in milliseconds.
    /// - Returns: the alerts that begin or end now.
    public mutating func look(_ state: LogState, space: DiskSpace?, now: Int64) -> [LogAlert] {
        if state.covered != covered {
            (covered, checkpointSince) = (state.covered, now)
            since[.checkpointLate] = nil
        }
        return LogAlert.allCases.filter { alert in
            let wasRaised = raised.contains(alert)
            guard Self.holds(alert, state, space) else {
                since[alert] = nil
                raised.remove(alert)
                return wasRaised
            }
            let begin = since[alert] ?? now
            since[alert] = begin
            guard now - begin >= alert.patience else {
                raised.remove(alert)
                return wasRaised
            }
            raised.insert(alert)
            return !wasRaised
        }
    }

    private static func holds(_ alert: LogAlert, _ state: LogState, _ space: DiskSpace?) -> Bool {
        switch alert {
        case .recordsMissing: state.missing > 0
        case .checkpointLate: state.durable > state.covered
        case .diskFull: state.isDiskFull
        case .diskNearlyFull: space.map { $0.free < $0.total / 20 } ?? false
        case .streamsNearlyFull: state.isNearlyFull || !state.nearlyFullSenders.isEmpty
        case .gatewaySilent: !state.silentGateways.isEmpty
        case .witnessesMissing, .witnessInconsistent: state.reported.contains(alert)
        }
    }
}
