// Some of the log's entries on their way into the index, in one transaction: enough that its costs do
// not count, and few enough that memory is bounded and a question never waits for long.

import ClawgressAuditIndex
import ClawgressTransparencyLog

/// A run of entries.
struct IndexStep: Sendable {
    let found: [EntryReader.Found]
    /// The first entry behind them.
    let next: Int

    private static var entriesMax: Int { 8_192 }
    private static var bytesMax: Int { 16 << 20 }

    /// Reads entries from `first` on.
    init(_ reader: EntryReader, from first: Int, ofTree size: Int) throws(TreeError) {
        var found: [EntryReader.Found] = []
        var (next, bytes) = (first, 0)
        while next < size, found.count < Self.entriesMax, bytes < Self.bytesMax {
            let more = try reader.entries(from: next, ofTree: size)
            bytes += more.reduce(0) { $0 + $1.bytes.count }
            next += more.count
            found += more
        }
        self.found = found
        self.next = next
    }

    /// Takes them in.
    ///
    /// - Returns: the times under which they are indexed.
    func append(to index: AuditIndex, oldest: Int64) throws -> [Int64] {
        let mark = found.last.map { TreeHash.leaf($0.bytes).bytes } ?? []
        return try index.append(
            found.map(\.entry),
            upTo: IndexPosition(next: Int64(next), mark: mark),
            oldest: oldest
        )
    }
}
