// Backups are whole whatever happens meanwhile, and only a good one takes a database's place.

import ClawgressBytes
import ClawgressStorage
import Foundation
import GRDB
import Testing

@Suite("Backups")
struct BackupTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var path: String { folder.path("policy.db") }
    private var backup: String { folder.path("backup.db") }

    /// A store with `count` items.
    private func makeStore(items count: Int) throws -> Store {
        let store = try Store(path: path, migrator: .first)
        try store.database.write { database in
            for number in 0..<count {
                try database.execute(
                    sql: "INSERT INTO item VALUES (?, ?)",
                    arguments: [number, "item \(number)"]
                )
            }
        }
        return store
    }

    private func count(_ path: String, _ sql: String = "SELECT count(*) FROM item") throws -> Int {
        let store = try Store(path: path, migrator: .first)
        defer { try? store.close() }
        return try store.database.read { try Int.fetchOne($0, sql: sql) ?? 0 }
    }

    @Test("are one private file that opens as a database")
    func copies() throws {
        let store = try makeStore(items: 10)
        try store.backUp(to: backup)
        try store.close()
        #expect(try Folder.isPrivate(file: backup))
        #expect(try count(backup) == 10)
        #expect(try !folder.names().contains("backup.db.unfinished"))
    }

    @Test("replace nothing")
    func replaceNothing() throws {
        let store = try makeStore(items: 1)
        try WholeFile.replace(backup, with: [1])
        #expect(throws: StorageError.targetExists(path: backup)) { try store.backUp(to: backup) }
        #expect(try WholeFile.read(backup, bytesMax: 10) == [1])
    }

    @Test("have whole transactions only, while writers go on")
    func underWrites() async throws {
        let store = try makeStore(items: 2_000)
        // Each transaction keeps the number of items even.
        let writer = Task {
            for number in stride(from: 10_000, to: 10_800, by: 2) {
                try await store.database.write { database in
                    for id in [number, number + 1] {
                        try database.execute(
                            sql: "INSERT INTO item VALUES (?, 'x')",
                            arguments: [id]
                        )
                    }
                }
            }
        }
        for round in 0..<5 { try store.backUp(to: folder.path("backup-\(round).db")) }
        try await writer.value
        try store.close()
        #expect(try count(path) == 2_800)
        for round in 0..<5 {
            let items = try count(folder.path("backup-\(round).db"))
            #expect(items >= 2_000 && items % 2 == 0, "backup \(round) has \(items) items")
        }
    }

    @Test("put the database back to what it was")
    func restore() throws {
        let store = try makeStore(items: 10)
        try store.backUp(to: backup)
        try store.database.write { try $0.execute(sql: "DELETE FROM item WHERE id > 2") }
        try store.close()
        #expect(try count(path) == 3)
        try Store.restore(backup, to: path, migrator: .first)
        #expect(try count(path) == 10)
        #expect(try Folder.isPrivate(file: path))
    }

    @Test("are changed before they are the database, or not restored at all")
    func amended() throws {
        let store = try makeStore(items: 10)
        try store.backUp(to: backup)
        try store.database.write { try $0.execute(sql: "DELETE FROM item WHERE id > 5") }
        try store.close()
        let kept = try count(path)
        #expect(throws: StorageError.self) {
            try Store.restore(backup, to: path, migrator: .first) { database in
                try database.execute(sql: "DELETE FROM item")
                try database.execute(sql: "DELETE FROM nothing")
            }
        }
        #expect(try count(path) == kept)
        let left = try Store.restore(backup, to: path, migrator: .first) { database in
            try database.execute(sql: "DELETE FROM item WHERE id > 1")
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM item")
        }
        #expect(try count(path) == left)
        #expect(left ?? 0 < kept)
    }

    @Test("take the place of a damaged database and of its log")
    func restoreOverDamage() throws {
        let store = try makeStore(items: 10)
        try store.backUp(to: backup)
        try store.close()
        try WholeFile.replace(path, with: [UInt8](repeating: 7, count: 8_192), mode: 0o600)
        try WholeFile.replace(path + "-wal", with: [UInt8](repeating: 7, count: 512), mode: 0o600)
        try Store.restore(backup, to: path, migrator: .first)
        #expect(try count(path) == 10)
    }

    @Test("are restored only while nobody has the database open")
    func restoreInUse() throws {
        let store = try makeStore(items: 10)
        try store.backUp(to: backup)
        #expect(throws: StorageError.inUse(path: path)) {
            try Store.restore(backup, to: path, migrator: .first)
        }
        try store.close()
    }

    @Test("are refused, and the database kept, if they are no good")
    func refusals() throws {
        let store = try makeStore(items: 3)
        try store.backUp(to: backup)
        try store.close()
        let newer = folder.path("newer.db")
        try Store(path: newer, migrator: .second).close()
        let foreign = folder.path("foreign.db")
        let queue = try DatabaseQueue(path: foreign)
        try queue.write { try $0.execute(sql: "CREATE TABLE other (id)") }
        try queue.close()
        let damaged = folder.path("damaged.db")
        var bytes = try WholeFile.read(backup, bytesMax: 1 << 20)
        for offset in 4_096..<4_608 { bytes[offset] = 0xA5 }
        try WholeFile.replace(damaged, with: bytes, mode: 0o600)

        #expect(throws: StorageError.schemaNewer(path: newer, migrations: ["2"])) {
            try Store.restore(newer, to: path, migrator: .first)
        }
        #expect(throws: StorageError.foreign(path: foreign)) {
            try Store.restore(foreign, to: path, migrator: .first)
        }
        for file in [damaged, folder.path("missing.db")] {
            #expect(throws: StorageError.self) {
                try Store.restore(file, to: path, migrator: .first)
            }
        }
        #expect(try count(path) == 3)
        #expect(try !folder.names().contains("policy.db.restored"))
    }
}
