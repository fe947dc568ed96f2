// keys.yaml: what is kept of API keys.

import ClawgressBundleSigning
import ClawgressModel
import Foundation
import Testing

@Suite("The file of API keys")
struct KeyFileTests {
    private func record(_ name: String, expiresAt: Int64? = nil) -> APIKeyRecord {
        APIKeyRecord(
            keyID: name,
            digest: String(repeating: "a", count: 64),
            createdAt: 1_700_000_000,
            expiresAt: expiresAt
        )
    }

    @Test("reads back what it wrote, readable by its owner only")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var file = KeyFile()
        try file.save(folder: folder.path)
        #expect(try KeyFile.load(folder: folder.path) == file)
        try file.add(record("first", expiresAt: 1_900_000_000), for: "crawler", now: 0)
        try file.add(record("second"), for: "builder", now: 0)
        _ = try file.revoke("second", now: 1_750_000_000)
        try file.save(folder: folder.path)
        #expect(try KeyFile.load(folder: folder.path) == file)
        let path = "\(folder.path)/\(KeyFile.name)"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
    }

    @Test("a folder without the file has no keys")
    func absent() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        #expect(try KeyFile.load(folder: folder.path).entries.isEmpty)
    }

    @Test("refuses a third live key, and names the two")
    func thirdKey() throws {
        var file = KeyFile()
        try file.add(record("one"), for: "crawler", now: 0)
        try file.add(record("two"), for: "crawler", now: 0)
        #expect(throws: KeyFileError.tooManyLiveKeys(agentID: "crawler", keyIDs: ["one", "two"])) {
            try file.add(record("three"), for: "crawler", now: 0)
        }
        try file.add(record("three"), for: "builder", now: 0)
        _ = try file.revoke("one", now: 5)
        try file.add(record("four"), for: "crawler", now: 0)
        #expect(file.records(of: "crawler").map(\.keyID) == ["one", "two", "four"])
    }

    @Test("an expired key makes room, at the second it ends")
    func expiredKey() throws {
        var file = KeyFile()
        try file.add(record("one", expiresAt: 100), for: "crawler", now: 0)
        try file.add(record("two"), for: "crawler", now: 0)
        #expect(throws: KeyFileError.self) {
            try file.add(record("three"), for: "crawler", now: 99)
        }
        try file.add(record("three"), for: "crawler", now: 100)
    }

    @Test("revokes once, and only what there is")
    func revoke() throws {
        var file = KeyFile()
        try file.add(record("one"), for: "crawler", now: 0)
        #expect(try file.revoke("one", now: 7) == "crawler")
        #expect(file.entries[0].record.revokedAt == 7)
        #expect(throws: KeyFileError.alreadyRevoked("one")) { try file.revoke("one", now: 8) }
        #expect(throws: KeyFileError.keyUnknown("none")) { try file.revoke("none", now: 8) }
    }
}
