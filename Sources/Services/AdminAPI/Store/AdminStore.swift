// All that the admin API keeps, as plain calls: each one is a transaction that is on the disk when
// it returns.

import ClawgressContract
import ClawgressStorage
import GRDB
import Logging

/// The admin API's database.
struct AdminStore: Sendable {
    private let store: Store
    private let logger: Logger

    /// Opens or makes the database in `folder`.
    init(folder: String, logger: Logger) throws(StorageError) {
        self.logger = logger
        store = try Store(path: Self.path(in: folder), migrator: AdminSchema.migrator)
    }

    /// The database's file.
    static func path(in folder: String) -> String { "\(folder)/admin-api.sqlite" }

    func read<Value: Sendable>(
        _ query: @Sendable (Database) throws -> Value
    ) throws(Refusal) -> Value {
        do {
            return try store.database.read(query)
        } catch {
            throw refusal(error)
        }
    }

    func write<Value: Sendable>(
        _ change: @Sendable (Database) throws -> Value
    ) throws(Refusal) -> Value {
        do {
            return try store.database.write(change)
        } catch {
            throw refusal(error)
        }
    }

    /// The operator is told to look at the log, so the log has the reason; GRDB's text names the
    /// statement and never its values.
    private func refusal(_ error: any Error) -> Refusal {
        if let refusal = error as? Refusal { return refusal }
        logger.error("the database refused", metadata: ["problem": "\(error)"])
        return .storage
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
