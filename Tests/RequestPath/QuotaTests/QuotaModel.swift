// The quota as one would write it without any thought of speed: a list of admitted instants.

import ClawgressModel
import ClawgressQuota

let secondNanoseconds: UInt64 = 1_000_000_000
let minuteNanoseconds: UInt64 = 60 * secondNanoseconds

/// Keeps all instants and looks through all of them each time.
struct QuotaModel {
    var rpsLimit: Int?
    var rpmLimit: Int?
    private(set) var admitted: [UInt64] = []

    init(rpsLimit: Int?, rpmLimit: Int?) {
        self.rpsLimit = rpsLimit
        self.rpmLimit = rpmLimit
    }

    /// Requests that share the window of one at `now`, a window counting 64 sub-windows before
    /// the one in progress.
    func used(window: UInt64, now: UInt64) -> Int {
        let tick = window / 64
        let current = now / tick
        return admitted.count { $0 / tick + 64 >= current }
    }

    func fits(now: UInt64) -> Bool {
        if let rpsLimit, used(window: secondNanoseconds, now: now) >= rpsLimit { return false }
        if let rpmLimit, used(window: minuteNanoseconds, now: now) >= rpmLimit { return false }
        return true
    }

    mutating func admit(now: UInt64) -> Bool {
        guard fits(now: now) else { return false }
        admitted.append(now)
        return true
    }

    mutating func note(_ now: UInt64) {
        admitted.append(now)
    }
}

/// The greatest number of instants that any window of the given length holds.
func fullestWindow(_ instants: [UInt64], window: UInt64) -> Int {
    let sorted = instants.sorted()
    var first = 0
    var greatest = 0
    for last in sorted.indices {
        while sorted[last] - sorted[first] >= window { first += 1 }
        greatest = max(greatest, last - first + 1)
    }
    return greatest
}

/// An index with one agent, number 0.
func index(
    _ rpsLimit: Int?,
    _ rpmLimit: Int?,
    mode: Quota.Mode = .hardStop,
    registry: QuotaRegistry = QuotaRegistry(),
    now: UInt64 = 0
) -> QuotaIndex {
    QuotaIndex(
        [Quota(agentID: "crawler", rpsLimit: rpsLimit, rpmLimit: rpmLimit, mode: mode)],
        nil,
        [agent("crawler")],
        registry,
        now: now
    )
}

func agent(_ agentID: String) -> Agent {
    Agent(agentID: agentID, teamID: "research", projectID: "atlas", environment: "test")
}
