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
    /// How long counts are kept for an agent that no snapshot knows: longer than the longest
    /// window, so that removing and adding an agent does not refill its quota.
    static var absenceNanosecondsMax: UInt64 { 120_000_000_000 }

    private struct Entry {
        let counters: QuotaCounters
        var absentSince: UInt64?
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Makes a registry without any counts.
    public init() {}

    /// The number of agents whose counts are kept.
    public var count: Int { entries.withLock { $0.count } }

    /// The counts of each agent, the same objects as before for agents known before.
    ///
    /// Agents that are not in `agentIDs` are forgotten once they were absent long enough.
    func counters(for agentIDs: [String], now: UInt64) -> [QuotaCounters] {
        entries.withLock { entries in
            let present = Set(agentIDs)
            for (agentID, entry) in entries where !present.contains(agentID) {
                let since = entry.absentSince ?? now
                let isForgotten = now > since && now - since > Self.absenceNanosecondsMax
                entries[agentID] =
                    isForgotten ? nil : Entry(counters: entry.counters, absentSince: since)
            }
            return agentIDs.map { agentID in
                let counters = entries[agentID]?.counters ?? QuotaCounters()
                entries[agentID] = Entry(counters: counters, absentSince: nil)
                return counters
            }
        }
    }
}
