// Entries read again by whoever makes something of them, such as an index. Only what a checkpoint
// covers is given out: nothing of it can still change, and nothing of it waits for the writer.

import ClawgressTransparencyLog

/// The entries of a log on the disk; for any number of tasks.
public struct LogReader: Sendable {
    let tiles: TileFolder

    /// Entries in order, from `first` to the end of the bundle in which it lies: 256 at most.
    ///
    /// - Parameter size: of a tree that a checkpoint covers; nothing from there on is given.
    /// - Returns: nothing if `first` is not below `size`.
    /// - Throws: `TreeError`.
    public func entries(from first: Int, ofTree size: Int) throws(TreeError) -> [[UInt8]] {
        let (index, offset) = first.quotientAndRemainder(dividingBy: TileName.widthMax)
        let width = min(TileName.widthMax, size - index * TileName.widthMax)
        guard first < size, let name = TileName(.entries, index: index, width: width) else {
            return []
        }
        return Array(try tiles.entries(of: name).dropFirst(offset))
    }
}

extension AuditLog {
    /// Reads what checkpoints cover.
    public nonisolated var reader: LogReader { LogReader(tiles: tiles) }

    /// How many entries the newest checkpoint covers: now, and whenever there is a newer one.
    ///
    /// Who is slow finds only the newest size. The sequence ends when the log stops.
    public func sizes() -> AsyncStream<Int> {
        let (sizes, follower) = AsyncStream.makeStream(
            of: Int.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        guard !isStopped else {
            follower.finish()
            return sizes
        }
        follower.yield(size)
        followers[nextFollower] = follower
        let number = nextFollower
        nextFollower += 1
        follower.onTermination = { [weak self] _ in
            guard let self else { return }
            Task { await self.forget(number) }
        }
        return sizes
    }

    private func forget(_ number: Int) {
        followers[number] = nil
    }
}
