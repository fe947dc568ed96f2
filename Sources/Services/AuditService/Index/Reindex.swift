// Making the index anew while the service does not run: after it was lost, or to have a greater time
// in it than it was set to before. The log is read as any verifier reads it, behind its checkpoint.

import ClawgressAuditIndex
import ClawgressBytes
public import ClawgressDaemon
import ClawgressStorage
import ClawgressTransparencyLog

extension AuditService {
    /// Removes the index and makes it from the log.
    ///
    /// - Parameters:
    ///   - now: microseconds since 1970 UTC.
    ///   - progress: is told how many of how many records are in it, now and then.
    /// - Returns: how many records of the log were read.
    /// - Throws: `StartRefusal`; the log is untouched in any case.
    public static func reindex(
        _ configuration: AuditConfiguration,
        now: Int64,
        progress: (_ done: Int, _ of: Int) -> Void
    ) throws(StartRefusal) -> Int {
        let places = AuditPlaces(stateFolder: configuration.stateFolder)
        do {
            let (key, size) = try signedSize(places)
            let minimum = try RetentionFile.read(places, key, size: size)?.minimum ?? 0
            let settings = configuration.index
            let path = places.indexFile(settings)
            try Folder.create(places.indexFolder(settings))
            try AuditIndex.remove(path)
            let index = try AuditIndex(path: path)
            let tiles = TileFolder(path: places.log, staging: places.staging, disk: LogDisk())
            let reader = EntryReader(tiles: tiles)
            let oldest = settings.oldest(now: now)
            var next = minimum
            while next < size {
                let step = try IndexStep(reader, from: next, ofTree: size)
                _ = try step.append(to: index, oldest: oldest)
                next = step.next
                while try index.prune(olderThan: oldest, bytesMax: settings.bytesMax).isMoreLeft {}
                progress(next, size)
            }
            try index.close()
            return size - minimum
        } catch StorageError.inUse {
            throw StartRefusal("the service runs and has the index open: stop it first")
        } catch let refusal as StartRefusal {
            throw refusal
        } catch {
            throw StartRefusal("the index cannot be made: \(error)")
        }
    }

    /// The log's key, and the size of the tree that the newest checkpoint signs.
    private static func signedSize(_ places: AuditPlaces) throws -> (NoteKey, Int) {
        let text = try WholeFile.read(places.verifierKey, bytesMax: 4_096)
        let key = try NoteKey(String(decoding: text, as: UTF8.self).dropLast())
        let content = try WholeFile.readIfPresent(
            places.checkpoint,
            bytesMax: SignedNote.bytesMax
        )
        guard let content else {
            throw StartRefusal("the log has no checkpoint yet, so there is nothing to index")
        }
        let note = try SignedNote(content)
        return (key, try Checkpoint.verified(note, of: key.name, by: [key]).head.size)
    }
}
