// Counters, one set for each worker, so that counting is one uncontended add; summed when
// somebody asks. Labels come from fixed lists, never from what an agent sent.

import ClawgressBytes
import ClawgressModel

/// What is counted, beside decisions by reason.
enum Counter: Int, CaseIterable {
    case connectionsAccepted, connectionsClosed, headsAbandoned
    case requests, tunnelsOpened, tunnelsClosed, upstreamConnections, upstreamReused
    case upstreamRetries, nameQuestions, tokensVerified, bytesOut, bytesIn
    case exchangesRedecided, recordsLost, latencySumMicroseconds, latencyCount

    /// The name in the Prometheus text, without prefix and `_total`.
    var name: String {
        switch self {
        case .connectionsAccepted: "connections_accepted"
        case .connectionsClosed: "connections_closed"
        case .headsAbandoned: "heads_abandoned"
        case .requests: "requests"
        case .tunnelsOpened: "tunnels_opened"
        case .tunnelsClosed: "tunnels_closed"
        case .upstreamConnections: "upstream_connections"
        case .upstreamReused: "upstream_reused"
        case .upstreamRetries: "upstream_retries"
        case .nameQuestions: "name_questions"
        case .tokensVerified: "tokens_verified"
        case .bytesOut: "bytes_out"
        case .bytesIn: "bytes_in"
        case .exchangesRedecided: "exchanges_redecided"
        case .recordsLost: "records_lost"
        case .latencySumMicroseconds: "latency_sum_microseconds"
        case .latencyCount: "latency_count"
        }
    }

    /// One sentence for the Prometheus text.
    var help: String {
        switch self {
        case .connectionsAccepted: "client connections accepted"
        case .connectionsClosed: "client connections closed"
        case .headsAbandoned: "connections that broke before a complete head"
        case .requests: "requests, one for each event"
        case .tunnelsOpened: "tunnels opened"
        case .tunnelsClosed: "tunnels closed"
        case .upstreamConnections: "connections opened to origins"
        case .upstreamReused: "requests sent on a kept connection"
        case .upstreamRetries: "requests repeated after a kept connection died"
        case .nameQuestions: "questions to name servers"
        case .tokensVerified: "tokens verified, cache misses only"
        case .bytesOut: "bytes written to origins"
        case .bytesIn: "bytes read from origins"
        case .exchangesRedecided: "open exchanges decided again after a change"
        case .recordsLost: "events that could not be recorded, see the gap records"
        case .latencySumMicroseconds: "sum of latencies in microseconds"
        case .latencyCount: "number of latencies in the sum"
        }
    }
}

/// The counters of one worker; only the worker's thread adds, anyone reads.
final class Metrics: Sendable {
    /// Latency buckets: bucket n counts latencies of at most 2^n microseconds.
    static var latencyBuckets: Int { 25 }

    private static var reasonBase: Int { 32 }
    private static var refusedBase: Int { reasonBase + Decision.allCases.count * 256 }
    private static var histogramBase: Int { refusedBase + 256 }
    private let cells = AtomicCells(count: histogramBase + latencyBuckets)

    /// Adds to a counter.
    func add(_ counter: Counter, _ value: UInt64 = 1) {
        cells.addAlone(value, counter.rawValue)
    }

    /// Counts a concluded request by what its event says.
    func count(_ decision: Decision, _ reason: Reason) {
        cells.addAlone(1, Self.cell(decision, reason))
    }

    /// Counts a connection that was refused at accept: no request, so no event tells of it.
    func countRefusedConnection(_ reason: Reason) {
        cells.addAlone(1, Self.refusedBase + Int(reason.rawValue))
    }

    /// Counts a latency.
    func observe(latencyMicroseconds value: UInt64) {
        let bucket = value <= 1 ? 0 : UInt64.bitWidth - (value - 1).leadingZeroBitCount
        cells.addAlone(1, Self.histogramBase + min(bucket, Self.latencyBuckets - 1))
        cells.addAlone(value, Counter.latencySumMicroseconds.rawValue)
        cells.addAlone(1, Counter.latencyCount.rawValue)
    }

    /// A counter's present value.
    func value(_ counter: Counter) -> UInt64 { cells.load(counter.rawValue) }

    /// How often requests ended with a decision and a reason.
    func value(_ decision: Decision, _ reason: Reason) -> UInt64 {
        cells.load(Self.cell(decision, reason))
    }

    /// How many connections were refused at accept for a reason.
    func refusedConnections(_ reason: Reason) -> UInt64 {
        cells.load(Self.refusedBase + Int(reason.rawValue))
    }

    private static func cell(_ decision: Decision, _ reason: Reason) -> Int {
        reasonBase + Int(decision.rawValue) * 256 + Int(reason.rawValue)
    }

    /// The count of a histogram bucket; the last one holds all longer ones.
    func latencyCount(bucket: Int) -> UInt64 { cells.load(Self.histogramBase + bucket) }
}
