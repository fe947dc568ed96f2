// Which refusals have an event of their own. Everybody may be refused as often as they ask, and the audit
// trail must have room for what is done: so the first of each user or source are recorded one by one, and
// the others as their number.

import ClawgressMesh
import Synchronization

/// Decides which refusals are recorded singly, and counts the others.
final class RefusalLedger: Sendable {
    private struct Untold {
        let caller: Caller
        var count: Int
        let since: Int64
    }

    private let budgets: Budgets
    private let counted = Mutex<[String: Untold]>([:])

    /// For how many names there is a number; all others share one.
    private static var namesMax: Int { 1_000 }
    /// How long refusals are counted before their number is recorded, in microseconds.
    private static var pause: Int64 { 60_000_000 }

    init(perMinute count: Int) { budgets = Budgets(perMinute: count) }

    /// Whether a refusal of `caller` has an event of its own; it is counted otherwise.
    func isOfItsOwn(_ caller: Caller, at microseconds: Int64) -> Bool {
        let name = caller.user.isEmpty ? Neighbourhood.name(of: caller.source) : caller.user
        guard budgets.take(name, at: microseconds) != nil else { return true }
        counted.withLock { untold in
            let hasNoPlace = untold[name] == nil && untold.count >= Self.namesMax
            let first = Untold(
                caller: hasNoPlace ? .anonymous("") : caller,
                count: 0,
                since: microseconds
            )
            untold[hasNoPlace ? "" : name, default: first].count += 1
        }
        return false
    }

    /// Whose refusals were counted, and how many; they are forgotten with that.
    ///
    /// - Parameter isLast: whether also those are due that are counted for less than a minute.
    func untold(at microseconds: Int64, isLast: Bool) -> [(caller: Caller, count: Int)] {
        counted.withLock { untold in
            let due = untold.filter { isLast || $0.value.since <= microseconds - Self.pause }
            for name in due.keys { untold[name] = nil }
            return due.sorted { $0.key < $1.key }.map { ($0.value.caller, $0.value.count) }
        }
    }
}
