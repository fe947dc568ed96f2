// Reading the log's bundles for the index: all entries in their order to be taken in, and single ones
// to be shown. What is read was published, so it never changes; only the file that holds it can be
// another one once the bundle is full.

import ClawgressAuditIndex
import ClawgressBytes
import ClawgressTransparencyLog

/// Reads entries out of the log's folder.
struct EntryReader: Sendable {
    let tiles: TileFolder

    /// An entry and what the index keeps of it.
    struct Found: Sendable {
        let entry: IndexEntry
        let bytes: [UInt8]
    }

    /// The entries from `first` on to the end of their bundle, or of the tree.
    ///
    /// - Parameter size: of a tree whose files are in place.
    func entries(from first: Int, ofTree size: Int) throws(TreeError) -> [Found] {
        let index = first / TileName.widthMax
        let start = index * TileName.widthMax
        let width = min(TileName.widthMax, size - start)
        guard let name = TileName(.entries, index: index, width: width) else { return [] }
        let entries = try tiles.entries(of: name)
        var offset = 0
        var found: [Found] = []
        for (place, bytes) in entries.enumerated() {
            offset += 2
            if start + place >= first {
                let entry = IndexEntry(
                    leaf: Int64(start + place),
                    offset: offset,
                    length: bytes.count,
                    record: IndexedRecord(bytes.span)
                )
                found.append(Found(entry: entry, bytes: bytes))
            }
            offset += bytes.count
        }
        return found
    }

    /// What tells an entry from any other: its hash; empty for none.
    func mark(ofLast next: Int, ofTree size: Int) throws(TreeError) -> [UInt8] {
        guard next > 0, next <= size else { return [] }
        let node = TreeNode(level: 0, index: next - 1)
        return try tiles.hash(of: node, ofTree: size).bytes
    }

    /// The bytes of records that the index found, in its order; nil where the log has them no longer.
    func records(_ found: [FoundRecord], ofTree size: Int) throws(TreeError) -> [[UInt8]?] {
        var records: [[UInt8]?] = []
        records.reserveCapacity(found.count)
        for record in found { records.append(try bytes(of: record, ofTree: size)) }
        return records
    }

    private func bytes(of record: FoundRecord, ofTree size: Int) throws(TreeError) -> [UInt8]? {
        let index = Int(record.leaf) / TileName.widthMax
        let width = min(TileName.widthMax, size - index * TileName.widthMax)
        // A full one may have taken the place of the one that is not, at any moment.
        let names = [
            TileName(.entries, index: index), TileName(.entries, index: index, width: width),
        ]
        for case let name? in names + names.prefix(1) {
            let path = tiles.file(name)
            guard let bytes = try read(record, from: path) else { continue }
            // The two bytes before an entry say how long it is.
            guard bytes.count == record.length + 2,
                Int(bytes[0]) << 8 | Int(bytes[1]) == record.length
            else { throw .damaged(path: path) }
            return Array(bytes.dropFirst(2))
        }
        return nil
    }

    private func read(_ record: FoundRecord, from path: String) throws(TreeError) -> [UInt8]? {
        do throws(FileError) {
            let file = try OpenFile(path: path, creating: false)
            return try file.read(at: record.offset - 2, count: record.length + 2)
        } catch {
            guard error.isMissingFile else { throw .file(error) }
            return nil
        }
    }
}
