// Opening: what a database promises when it is open, and which files are refused.

import ClawgressBytes
import ClawgressStorage
import Foundation
import GRDB
import Testing

@Suite("Stores")
struct StoreTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var path: String { folder.path("policy.db") }

    @Test("are durable, strict and private")
    func settings() throws {
        let store = try Store(path: path, migrator: .first)
        let expected = [
            "journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1",
            "trusted_schema": "0",
        ]
        for (name, value) in expected {
            let found = try store.database.writeWithoutTransaction {
                try String.fetchOne($0, sql: "PRAGMA \(name)")
            }
            #expect(found == value, "\(name)")
        }
        try store.database.write { try $0.execute(sql: "INSERT INTO item VALUES (1, 'a')") }
        for name in ["policy.db", "policy.db-wal", "policy.db-shm", "policy.db.lock"] {
            #expect(try Folder.isPrivate(file: folder.path(name)), "\(name)")
        }
    }

    @Test("keep what was written, and take new steps of the schema")
    func migration() throws {
        let first = try Store(path: path, migrator: .first)
        try first.database.write { try $0.execute(sql: "INSERT INTO item VALUES (1, 'a')") }
        try first.close()
        let second = try Store(path: path, migrator: .second)
        let row = try second.database.read {
            try Row.fetchOne($0, sql: "SELECT name, note FROM item")
        }
        #expect(row == ["name": "a", "note": ""])
    }

    @Test("refuse a database of a newer program, and leave it as it was")
    func newer() throws {
        let newer = try Store(path: path, migrator: .second)
        try newer.database.write { try $0.execute(sql: "INSERT INTO item VALUES (1, 'a', 'b')") }
        try newer.close()
        let error = #expect(throws: StorageError.self) {
            try Store(path: path, migrator: .first)
        }
        #expect(error == .schemaNewer(path: path, migrations: ["2"]))
        #expect(error?.description.contains("newer version") == true)
        let again = try Store(path: path, migrator: .second)
        let row = try again.database.read { try Row.fetchOne($0, sql: "SELECT * FROM item") }
        #expect(row == ["id": 1, "name": "a", "note": "b"])
    }

    @Test("are open once only, and again after closing")
    func lock() throws {
        let store = try Store(path: path, migrator: .first)
        #expect(throws: StorageError.inUse(path: path)) {
            try Store(path: path, migrator: .first)
        }
        try store.close()
        try Store(path: path, migrator: .first).close()
    }

    @Test("refuse a file that others may read", arguments: [UInt32(0o644), 0o660, 0o604])
    func exposed(mode: UInt32) throws {
        try Store(path: path, migrator: .first).close()
        try folder.setMode(mode, of: path)
        #expect(throws: StorageError.exposed(path: path)) {
            try Store(path: path, migrator: .first)
        }
    }

    @Test("refuse a damaged file, wherever the damage is, and name a way out")
    func damage() throws {
        let store = try Store(path: path, migrator: .first)
        try store.database.write { database in
            for number in 0..<2_000 {
                try database.execute(
                    sql: "INSERT INTO item VALUES (?, ?)",
                    arguments: [number, "item \(number)"]
                )
            }
        }
        try store.close()
        let whole = try WholeFile.read(path, bytesMax: 16 << 20)
        for place in [0, 4_096, whole.count / 2] {
            var damaged = whole
            for offset in place..<place + 512 { damaged[offset] = 0xA5 }
            try WholeFile.replace(path, with: damaged, mode: 0o600)
            let error = #expect(throws: StorageError.self, "at \(place)") {
                try Store(path: path, migrator: .first)
            }
            guard case .damaged = error else {
                Issue.record("not reported as damaged at \(place): \(String(describing: error))")
                continue
            }
            #expect(error?.description.contains("restore a backup") == true)
        }
    }

    @Test("refuse references to nothing")
    func danglingReference() throws {
        try Store(path: path, migrator: .first).close()
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { try $0.execute(sql: "INSERT INTO part VALUES (1, 77)") }
        try queue.close()
        #expect(
            throws: StorageError.damaged(path: path, finding: "a row of `part` refers to nothing")
        ) {
            try Store(path: path, migrator: .first)
        }
    }

    @Test("leave nothing of what was deleted in the file")
    func secureDeletion() throws {
        let store = try Store(path: path, migrator: .first)
        let secret = "a secret that must go"
        try store.database.write { database in
            try database.execute(sql: "INSERT INTO item VALUES (1, ?)", arguments: [secret])
        }
        try store.database.write { try $0.execute(sql: "DELETE FROM item") }
        try store.close()
        let file = try WholeFile.read(path, bytesMax: 1 << 20)
        #expect(Data(file).range(of: Data(secret.utf8)) == nil)
    }

    @Test("a folder that is missing is said to be")
    func missingFolder() {
        let path = folder.path("missing/policy.db")
        let error = #expect(throws: StorageError.self) {
            try Store(path: path, migrator: .first)
        }
        #expect(error?.description.contains(path) == true)
    }
}
