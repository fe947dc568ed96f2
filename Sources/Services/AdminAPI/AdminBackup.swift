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
    /// All tokens and sessions of the copy end, because some of them may have been revoked since.
    ///
    /// - Throws: `AdminStartError`; the state is as it was then.
    public static func restore(
        _ backup: String,
        stateFolder: String,
        clock: AdminClock = .machine
    ) throws(AdminStartError) -> RestoredAccess {
        do throws(StorageError) {
            return try Store.restore(
                backup,
                to: AdminStore.path(in: stateFolder),
                migrator: AdminSchema.migrator
            ) { try AdminStore.endAccess(in: $0, now: clock.seconds) }
        } catch {
            throw AdminStartError(error.description)
        }
    }
}

/// Who has access after a restore, and how to get in.
public struct RestoredAccess: Sendable {
    /// Tokens that ended.
    public let tokens: Int
    /// Sessions that ended.
    public let sessions: Int
    /// The admin who gets in by the token; nil if an admin has a password.
    public let user: String?
    /// That token, for an hour; nil if an admin has a password, or nobody ever had access.
    public let token: String?

    /// What to tell whoever restores: nothing of it is secret.
    public var advice: [String] {
        let ended = "ended \(tokens) tokens and \(sessions) sessions of the copy"
        let passwords =
            "passwords are those of the copy: set those anew that were changed since it was made"
        guard let user else { return [ended, passwords] }
        return [ended, "no admin has a password: this token of `\(user)` is good for an hour"]
    }
}
