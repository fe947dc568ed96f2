// Where things are in the state folder, and what must be true of them before the service starts.

public import ClawgressBundle
import ClawgressBytes
public import ClawgressDaemon
import ClawgressStorage

/// The state folder.
public struct PolicyPlaces: Sendable {
    private let stateFolder: String

    /// Names the folder.
    public init(stateFolder: String) {
        self.stateFolder = stateFolder
    }

    /// The database.
    public var database: String { "\(stateFolder)/policy.db" }
    /// The keys.
    public var keys: KeyFolder { KeyFolder(path: "\(stateFolder)/keys") }
    /// Says since a restore which epoch must not be used any more.
    var restoredMark: String { "\(stateFolder)/restored-epoch" }

    /// Makes the folder if it is not there.
    ///
    /// - Throws: `StartRefusal`.
    public func create() throws(StartRefusal) {
        do throws(FileError) {
            try Folder.create(stateFolder)
        } catch {
            throw StartRefusal("\(error)")
        }
    }

    /// Refuses to publish in the epoch of a backup: its serials may have been used after it.
    ///
    /// - Throws: `StartRefusal` until the root key has raised the epoch.
    public func requireRaisedEpoch(_ keySet: KeySet) throws(StartRefusal) {
        let mark: [UInt8]?
        do throws(FileError) {
            mark = try WholeFile.readIfPresent(restoredMark, bytesMax: 64)
        } catch {
            throw StartRefusal("\(error)")
        }
        guard let mark else { return }
        guard let epoch = Int64(String(decoding: mark, as: UTF8.self)), keySet.epoch > epoch
        else {
            throw StartRefusal(
                "the state was restored from a backup, whose serials may be in use: run "
                    + "`clawgress-policy raise-epoch` with the root key first"
            )
        }
        do throws(FileError) {
            try WholeFile.remove(restoredMark)
        } catch {
            throw StartRefusal("\(error)")
        }
    }
}

/// Copies of the state, as folders with the database and the sealed keys.
public enum PolicyBackup {
    /// Writes a copy to a new folder; the service may run meanwhile.
    ///
    /// - Throws: `StartRefusal`.
    public static func write(
        _ places: PolicyPlaces,
        to target: String
    ) throws(StartRefusal) {
        do {
            let copy = PolicyPlaces(stateFolder: target)
            try Folder.create(target)
            try Store.backUp(
                databaseAt: places.database,
                to: copy.database,
                migrator: PolicyStore.schema
            )
            try copyKeys(from: places.keys, to: copy.keys)
        } catch {
            throw StartRefusal("\(error)")
        }
    }

    /// Puts a copy into the place of the state; the service must not run.
    ///
    /// Key files that are there stay, because they may be newer. Deadlines and one-time tokens of the
    /// copy end.
    ///
    /// - Parameters:
    ///   - gateways: which of its gateways stay enrolled.
    ///   - now: seconds since 1970 UTC.
    /// - Throws: `StartRefusal`; the database is as it was then.
    public static func restore(
        _ backup: String,
        to places: PolicyPlaces,
        keeping gateways: RestoredGateways,
        now: Int64
    ) throws(StartRefusal) -> RestoredPolicy {
        var refusal: StartRefusal?
        do {
            try places.create()
            let copy = PolicyPlaces(stateFolder: backup)
            return try Store.restore(
                copy.database,
                to: places.database,
                migrator: PolicyStore.schema
            ) { database in
                let restored: RestoredPolicy
                do {
                    restored = try PolicyStore.amend(database, keeping: gateways, now: now)
                } catch let error as StartRefusal {
                    // The storage would say it as a failure of its own.
                    refusal = error
                    throw error
                }
                // While nobody else has the database and before it is replaced: a crash between the two
                // must not lose the mark, and a service that runs must not be left with one.
                try copyKeys(from: copy.keys, to: places.keys)
                try mark(places)
                return restored
            }
        } catch {
            throw refusal ?? StartRefusal("\(error)")
        }
    }

    /// Says which epoch the restored state is of, in which nothing may be published any more.
    private static func mark(_ places: PolicyPlaces) throws {
        let root = try places.keys.rootKey()
        let text = try places.keys.keySetText()
        let keySet = try KeySet.verify(Array(text.utf8), rootKey: root)
        try WholeFile.replace(
            places.restoredMark,
            with: Array("\(keySet.epoch)".utf8),
            mode: 0o600
        )
    }

    private static func copyKeys(from source: KeyFolder, to target: KeyFolder) throws {
        try Folder.create(target.path)
        for name in try Folder.names(in: source.path) {
            let file = "\(target.path)/\(name)"
            guard Folder.length(ofFile: file) == nil else { continue }
            try target.write(file, try source.read("\(source.path)/\(name)"))
        }
    }
}
