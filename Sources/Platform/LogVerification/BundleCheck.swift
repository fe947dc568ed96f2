// What can be told of a file of entries without any other: its hashes, whether the file that holds them has
// them, and what its records say. Files are looked at side by side, so this holds no more than the
// tree and the senders' numbers need; the entries themselves are let go.

import ClawgressBytes
import ClawgressRecords
import ClawgressTransparencyLog

/// One file of entries, or the hashes that stand for pruned ones.
struct BundleCheck: Sendable {
    /// The hash of each entry.
    let leaves: [TreeHash]
    /// The root over them, if the file is full.
    let root: TreeHash?
    /// Whether the entries were pruned.
    let isPruned: Bool
    /// The file of hashes that is not what the entries make; nil if it is.
    let damaged: TileName?
    /// What the entries are as records.
    let records: BundleRecords

    /// Reads a file.
    ///
    /// - Parameter minimum: entries before it may have been pruned: then their hashes stand for them.
    /// - Returns: nil if the file is damaged, or is missing and may not be.
    static func read<Source: LogSource>(
        _ index: Int,
        of files: TreeFiles<Source>,
        minimum: Int
    ) throws(LogFailure) -> BundleCheck? {
        guard let bundle = try files.bundle(index) else {
            guard (index + 1) * TileName.widthMax <= minimum,
                let hashes = try files.hashes(level: 0, index: index)
            else { return nil }
            return BundleCheck(
                leaves: hashes,
                root: TrustedTiles<Source>.root(ofFull: hashes),
                isPruned: true,
                damaged: nil,
                records: BundleRecords()
            )
        }
        guard bundle.isWhole else { return nil }
        var records = BundleRecords(reserving: bundle.places.count)
        let content = bundle.content.span
        for place in bundle.places { records.take(content.extracting(place)) }
        let leaves = bundle.leaves
        let isGood = try files.hashes(level: 0, index: index) == leaves
        let name = TileName(.hashes(level: 0), index: index, ofTree: files.size)
        return BundleCheck(
            leaves: leaves,
            root: TrustedTiles<Source>.root(ofFull: leaves),
            isPruned: false,
            damaged: isGood ? nil : name,
            records: records
        )
    }
}

/// The records of a file of entries, as far as a survey asks.
struct BundleRecords: Sendable {
    /// What each entry is.
    private(set) var entries: [Result<RecordFacts, RecordRefusal>] = []
    /// The greatest time that a record has, as it is written there; empty if none has one.
    private(set) var newest: [UInt8] = []

    /// No records yet.
    ///
    /// - Parameter count: how many will be taken.
    init(reserving count: Int = 0) {
        entries.reserveCapacity(count)
    }

    /// Reads an entry.
    mutating func take(_ entry: Span<UInt8>) {
        do throws(RecordRefusal) {
            let facts = try RecordFacts(entry)
            if let place = facts.timestamp { note(time: entry.extracting(place)) }
            entries.append(.success(facts))
        } catch {
            entries.append(.failure(error))
        }
    }

    /// Times have one form, so that their order is that of their bytes.
    private mutating func note(time: Span<UInt8>) {
        var place = 0
        while place < min(time.count, newest.count), time[place] == newest[place] { place += 1 }
        guard place < time.count, place >= newest.count || time[place] > newest[place] else {
            return
        }
        newest = (0..<time.count).map { time[$0] }
    }
}
