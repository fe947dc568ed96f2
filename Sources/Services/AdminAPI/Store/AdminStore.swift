// All that the admin API keeps, as plain calls: each one is a transaction that is on the disk when
// it returns.

import ClawgressContract
import ClawgressStorage
import GRDB

/// The admin API's database.
struct AdminStore: Sendable {
    private let store: Store

    /// Opens or makes the database in `folder`.
    init(folder: String) throws(StorageError) {
        store = try Store(path: Self.path(in: folder), migrator: AdminSchema.migrator)
    }

    /// The database's file.
    static func path(in folder: String) -> String { "\(folder)/admin-api.sqlite" }

    func read<Value: Sendable>(
        _ query: @Sendable (Database) throws -> Value
    ) throws(Refusal) -> Value {
        do {
            return try store.database.read(query)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .storage
        }
    }

    func write<Value: Sendable>(
        _ change: @Sendable (Database) throws -> Value
    ) throws(Refusal) -> Value {
        do {
            return try store.database.write(change)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .storage
        }
    }

    /// Writes a copy of the database to a new file.
    func backUp(to path: String) throws(StorageError) {
        try store.backUp(to: path)
    }

    /// Gives the database back.
    func close() throws(StorageError) {
        try store.close()
    }
}
