// Where counts live while snapshots come and go: an agent that used up its minute has still
// used it up after the next commit.

import Synchronization

/// The counts of one agent in both windows.
///
/// Two rings of 1 KiB each; the object is shared by all snapshots that know the agent.
final class QuotaCounters: Sendable {
    let second = SlidingWindow()
    let minute = SlidingWindow()
}

/// All agents' counts of this process, by agent id.
///
/// Make one per process and give it to each new ``QuotaIndex``.
public final class QuotaRegistry: Sendable {
    /// How long counts are kept for an agent that no snapshot in use knows: longer than the longest
    /// window, so that removing and adding an agent does not refill its quota.
    static var absenceNanosecondsMax: UInt64 { 120_000_000_000 }

    private struct Entry {
        var counters: QuotaCounters
        var absentSince: UInt64?

        /// Whether a snapshot counts here: the one in force may know an agent that one which was
        /// compiled after it, and may never be in force, does not.
        mutating func isInUse() -> Bool { !isKnownUniquelyReferenced(&counters) }
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Makes a registry without any counts.
    public init() {}

    /// The number of agents whose counts are kept.
    public var count: Int { entries.withLock { $0.count } }

    /// The counts of each agent, the same objects as before for agents known before.
    ///
    /// Agents that are neither in `agentIDs` nor in a snapshot in use are forgotten once they were
    /// absent long enough.
    func counters(for agentIDs: [String], now: UInt64) -> [QuotaCounters] {
        entries.withLock { entries in
            let present = Set(agentIDs)
            for agentID in entries.keys.filter({ !present.contains($0) }) {
                if entries[agentID]?.isInUse() == true {
                    entries[agentID]?.absentSince = nil
                    continue
                }
                let since = entries[agentID]?.absentSince ?? now
                let isForgotten = now > since && now - since > Self.absenceNanosecondsMax
                if isForgotten {
                    entries[agentID] = nil
                } else {
                    entries[agentID]?.absentSince = since
                }
            }
            return agentIDs.map { agentID in
                let counters = entries[agentID]?.counters ?? QuotaCounters()
                entries[agentID] = Entry(counters: counters, absentSince: nil)
                return counters
            }
        }
    }
}
