// Entries that were moved are there and signed, entries that were edited are neither: so what was
// done shows in which hashes are left over on both sides, wherever they stand.

import ClawgressTransparencyLog

/// Hashes that were signed and are not there, and hashes that are there and were not signed.
struct Difference {
    /// So many hashes at a time are kept; a log that differs more was not merely changed.
    private static var hashesMax: Int { 1 << 20 }

    private struct Entry {
        /// How many more were signed than are there.
        var balance: Int
        /// The first place at which it was missed or found.
        var first: Int
    }

    private var entries: [TreeHash: Entry] = [:]
    /// How many places hold another entry than was signed, or none.
    private(set) var places = 0
    /// The first of them.
    private(set) var first: Int?

    var isTooGreat: Bool { entries.count >= Self.hashesMax }

    /// Notes a place where `signed` should be, and `found` is, if anything.
    mutating func note(signed: TreeHash?, found: TreeHash?, at index: Int) {
        if first == nil { first = index }
        places += 1
        if let signed { add(1, signed, index) }
        if let found { add(-1, found, index) }
    }

    private mutating func add(_ change: Int, _ hash: TreeHash, _ index: Int) {
        var entry = entries[hash] ?? Entry(balance: 0, first: index)
        entry.balance += change
        entries[hash] = entry.balance == 0 ? nil : entry
    }

    /// What it means.
    var findings: [LogFinding] {
        guard let first else { return [] }
        let gone = entries.values.filter { $0.balance > 0 }
        let strange = entries.values.filter { $0.balance < 0 }
        let goneCount = gone.reduce(0) { $0 + $1.balance }
        let strangeCount = strange.reduce(0) { $0 - $1.balance }
        let firstGone = gone.map(\.first).min() ?? first
        let firstStrange = strange.map(\.first).min() ?? first
        switch (goneCount, strangeCount) {
        case (0, 0): return [.reordered(count: places, first: first)]
        case (_, 0): return [.removed(count: goneCount, first: firstGone)]
        case (0, _): return [.added(count: strangeCount, first: firstStrange)]
        case (let gone, let strange) where gone > strange:
            return [
                .edited(count: strange, first: firstStrange),
                .removed(count: gone - strange, first: firstGone),
            ]
        case (let gone, let strange) where gone < strange:
            return [
                .edited(count: gone, first: firstGone),
                .added(count: strange - gone, first: firstStrange),
            ]
        default: return [.edited(count: strangeCount, first: firstStrange)]
        }
    }
}
