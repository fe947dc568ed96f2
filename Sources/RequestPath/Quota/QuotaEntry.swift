// One agent's quota in one snapshot: its limits, and the counts that it shares with the
// snapshots before and after.

import ClawgressModel

/// The limits of one agent, ready to admit.
final class QuotaEntry: Sendable {
    private let counters: QuotaCounters
    private let perSecond: WindowLimit
    private let perMinute: WindowLimit
    private let mode: Quota.Mode

    init(_ quota: Quota, counters: QuotaCounters) {
        self.counters = counters
        perSecond = WindowLimit(quota.rpsLimit)
        perMinute = WindowLimit(quota.rpmLimit)
        mode = quota.mode
    }

    /// Counts one request and says whether it goes on.
    func admit(now: UInt64) -> QuotaVerdict {
        let secondTick = now / SlidingWindow.secondTickNanoseconds
        let minuteTick = now / SlidingWindow.minuteTickNanoseconds
        let second = perSecond.limit.map {
            perSecond.count(in: counters.second, limit: $0, tick: secondTick)
        }
        if let second, second.isOver, mode == .hardStop {
            counters.second.leave(countedTick: second.countedTick)
            return refusal(now: now, refusing: .stopRPS)
        }
        let minute = perMinute.limit.map {
            perMinute.count(in: counters.minute, limit: $0, tick: minuteTick)
        }
        if let minute, minute.isOver, mode == .hardStop {
            counters.minute.leave(countedTick: minute.countedTick)
            if let second { counters.second.leave(countedTick: second.countedTick) }
            return refusal(now: now, refusing: .stopRPM)
        }
        return admission(second, minute)
    }

    private func admission(
        _ second: WindowLimit.Count?,
        _ minute: WindowLimit.Count?
    ) -> QuotaVerdict {
        var verdict = QuotaVerdict.unlimited
        if let second {
            verdict.applied = second.isOver ? .alertRPS : .within
            verdict.limit = perSecond.limit ?? 0
            verdict.remaining = second.remaining
            verdict.resetNanoseconds = 1_000_000_000
        }
        guard let minute else { return verdict }
        if verdict.applied != .alertRPS { verdict.applied = minute.isOver ? .alertRPM : .within }
        if second == nil || minute.remaining < verdict.remaining {
            verdict.limit = perMinute.limit ?? 0
            verdict.remaining = minute.remaining
            verdict.resetNanoseconds = 60_000_000_000
        }
        return verdict
    }

    /// The refusal, after everything was taken back.
    ///
    /// Both windows are asked when they have room
    /// again, because the one that refused need not be the one that refuses longest.
    private func refusal(now: UInt64, refusing: QuotaApplied) -> QuotaVerdict {
        let secondWait = wait(
            perSecond,
            counters.second,
            SlidingWindow.secondTickNanoseconds,
            now
        )
        let minuteWait = wait(
            perMinute,
            counters.minute,
            SlidingWindow.minuteTickNanoseconds,
            now
        )
        let applied: QuotaApplied =
            secondWait == minuteWait ? refusing : secondWait > minuteWait ? .stopRPS : .stopRPM
        let longest = max(secondWait, minuteWait, 1)
        return QuotaVerdict(
            applied: applied,
            isAdmitted: false,
            retryAfterNanoseconds: longest,
            limit: (applied == .stopRPS ? perSecond.limit : perMinute.limit) ?? 0,
            remaining: 0,
            resetNanoseconds: longest
        )
    }

    private func wait(
        _ limit: borrowing WindowLimit,
        _ window: borrowing SlidingWindow,
        _ tickNanoseconds: UInt64,
        _ now: UInt64
    ) -> UInt64 {
        guard let requests = limit.limit else { return 0 }
        let tick = now / tickNanoseconds
        let free = window.firstFreeTick(limit: requests, tick: tick)
        return free == tick ? 0 : free * tickNanoseconds - now
    }
}
