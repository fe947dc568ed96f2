// Backup and restore of the admin API's state, by its own program: only it knows the schema.

import ClawgressStorage

/// Copies of the database.
public enum AdminBackup {
    /// Writes a copy of the state to a new file; the daemon may run meanwhile.
    ///
    /// - Throws: `AdminStartError`; there is no file then.
    public static func write(
        stateFolder: String,
        to target: String
    ) throws(AdminStartError) {
        do throws(StorageError) {
            try Store.backUp(
                databaseAt: AdminStore.path(in: stateFolder),
                to: target,
                migrator: AdminSchema.migrator
            )
        } catch {
            throw AdminStartError(error.description)
        }
    }

    /// Puts a copy into the place of the state; the daemon must not run.
    ///
    /// - Throws: `AdminStartError`; the state is as it was then.
    public static func restore(
        _ backup: String,
        stateFolder: String
    ) throws(AdminStartError) {
        do throws(StorageError) {
            try Store.restore(
                backup,
                to: AdminStore.path(in: stateFolder),
                migrator: AdminSchema.migrator
            )
        } catch {
            throw AdminStartError(error.description)
        }
    }
}
