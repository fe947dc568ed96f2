// Finding a record by the id that people know, without an index: whoever has nothing but a copy of
// the log can still ask for a proof.

import ClawgressRecords
import ClawgressTransparencyLog

/// An entry and its place.
public struct FoundEntry: Sendable, Equatable {
    /// Its place in the log.
    public let index: Int
    /// Its bytes.
    public let bytes: [UInt8]
}

/// Searches a log.
public struct EntrySearch<Source: LogSource> {
    /// So many files in a row may be missing; old ones may have been pruned.
    private static var filesMissed: Int { 1 << 20 }

    private let files: TreeFiles<Source>

    /// A search among the first `size` entries.
    public init(_ source: Source, size: Int) {
        files = TreeFiles(source: source, size: size)
    }

    /// The record at a place that somebody has named, if it is there and has this `request_id` or
    /// `event_id`.
    public func record(_ id: String, at index: Int) throws(LogFailure) -> FoundEntry? {
        guard (0..<files.size).contains(index),
            let bundle = try files.bundle(index / TileName.widthMax)
        else { return nil }
        let offset = index % TileName.widthMax
        guard bundle.places.indices.contains(offset) else { return nil }
        let entry = bundle.content[bundle.places[offset]]
        return Self.has(Array(id.utf8), entry) ? FoundEntry(index: index, bytes: Array(entry)) : nil
    }

    /// The first record with this `request_id` or `event_id`; nil if there is none.
    ///
    /// Entries that are no records, and files that are missing, are passed over: verifying the log
    /// is another question.
    public func record(
        _ id: String,
        progress: (Int) -> Void = { _ in }
    ) throws(LogFailure) -> FoundEntry? {
        let wanted = Array(id.utf8)
        var missed = 0
        for index in 0..<files.bundleCount {
            if missed == Self.filesMissed { break }
            missed += 1
            files.announce(index)
            if let bundle = try files.bundle(index) {
                missed = 0
                for (offset, place) in bundle.places.enumerated()
                where Self.has(wanted, bundle.content[place]) {
                    return FoundEntry(
                        index: index * TileName.widthMax + offset,
                        bytes: Array(bundle.content[place])
                    )
                }
            }
            progress(min((index + 1) * TileName.widthMax, files.size))
        }
        return nil
    }

    private static func has(_ id: [UInt8], _ entry: ArraySlice<UInt8>) -> Bool {
        let bytes = entry.span
        guard let facts = try? RecordFacts(bytes), let place = facts.id else { return false }
        let start = entry.startIndex + place.lowerBound
        return entry[start..<start + place.count].elementsEqual(id)
    }
}
