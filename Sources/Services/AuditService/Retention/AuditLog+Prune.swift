// Pruning: the raised minimum index is signed and on the disk before the first file goes, so that a missing
// file is either below it or missed. Hashes stay: what remains is proved as before.

import ClawgressBytes
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Logging

extension AuditLog {
    /// What one step of pruning came to.
    public enum Pruning: Sendable, Equatable {
        /// Nothing more is to go now.
        case done
        /// There is more.
        case more
        /// It cannot go on; the log itself is not concerned.
        case stuck(String)
    }

    /// Publishes a policy and removes what it lets go, at most so many bundles.
    ///
    /// - Parameter now: microseconds since 1970 UTC.
    public func prune(_ settings: RetentionSettings, now: Int64) async -> Pruning {
        guard failure == nil, !isStopped, settings.isPolicy else { return .done }
        let (size, minimum, tiles) = (tree.size, bounds.minimum, tiles)
        // Its entries are in the journal's files, too, and would not be gone.
        bounds.hold("journal", from: journal.oldest ?? size)
        let plan = RetentionPlan(
            minimum: minimum,
            ceiling: bounds.held ?? size,
            entries: settings.entries,
            oldest: settings.bound(now: now)
        )
        let planned = await Self.onDisk { () throws(TreeError) in
            try plan.next(size: size) { index in
                TileName(.entries, index: index).flatMap { FileStamp(of: tiles.file($0))?.modified }
            } bundle: { index throws(TreeError) in
                guard let name = TileName(.entries, index: index) else { return [] }
                return try tiles.entries(of: name)
            }
        }
        let next: Int
        switch planned {
        case .success(let index): next = index
        case .failure(let error): return .stuck(error.description)
        }
        let notice = RetentionNotice(
            origin: signer.key.name,
            minimum: next,
            days: settings.days,
            entries: settings.entries
        )
        guard let notice, notice != bounds.notice else { return .done }
        return await carryOut(notice, from: minimum)
    }

    private func carryOut(_ notice: RetentionNotice, from minimum: Int) async -> Pruning {
        let (places, signer, disk) = (places, signer, disk)
        let (tiles, bounds, reach) = (tiles, bounds, reach)
        let width = TileName.widthMax
        let gone = minimum / width..<notice.minimum / width
        let result = await Self.onDisk { () throws(FileError) in
            try RetentionFile.write(notice, places, signer, disk)
            bounds.raise(to: notice)
            if !gone.isEmpty { reach(.retentionRaised) }
            try tiles.removeBundles(gone) { reach(.bundleRemoved) }
        }
        switch result {
        case .success: return gone.isEmpty ? .done : .more
        case .failure(let error):
            bear(error)
            return .stuck(error.description)
        }
    }

    /// Removes what the end of the process left below the minimum index.
    public func finishPruning() async {
        let (tiles, minimum) = (tiles, bounds.minimum)
        let result = await Self.onDisk { () throws(FileError) in
            let left = tiles.bundlesLeft(below: minimum / TileName.widthMax)
            for index in left { try tiles.removeBundles(index..<index + 1) {} }
        }
        if case .failure(let error) = result { bear(error) }
    }
}

extension TileFolder {
    /// Removes full files of entries, in their order.
    func removeBundles(_ indices: Range<Int>, removed: () -> Void) throws(FileError) {
        var folders: [String] = []
        for index in indices {
            guard let name = TileName(.entries, index: index) else { continue }
            try removePartials(of: name)
            let path = file(name)
            try disk.remove(file: path)
            removed()
            let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
            let folder = String(path[..<end])
            if folders.last != folder { folders.append(folder) }
        }
        for folder in folders { try disk.synchronise(folder: folder) }
    }

    /// Files of entries before `end` that are still there, ascending.
    ///
    /// They go in their order, and what went is waited for after each step: so they are among the
    /// last ones, whatever ended the process or the machine.
    func bundlesLeft(below end: Int) -> [Int] {
        var left: [Int] = []
        var index = end - 1
        var missed = 0
        while index >= 0, missed <= 2 * RetentionPlan.bundlesAtOnce {
            if let name = TileName(.entries, index: index),
                Folder.length(ofFile: file(name)) != nil
            {
                left.append(index)
                missed = 0
            } else {
                missed += 1
            }
            index -= 1
        }
        return left.reversed()
    }
}
