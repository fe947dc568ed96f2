// keys.yaml: what is kept of API keys beside the hand-written source. It is a file of its own
// because a program rewrites it, and nobody wants a program to rewrite their comments.

import ClawgressBytes
import ClawgressIdentity
public import ClawgressModel
import Yams

/// Why a key could not be added or revoked.
public enum KeyFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The agent has as many live keys as it may have.
    case tooManyLiveKeys(agentID: String, keyIDs: [String])
    /// No key has that id.
    case keyUnknown(String)
    /// The key was revoked before.
    case alreadyRevoked(String)

    /// One line with the way out.
    public var description: String {
        switch self {
        case .tooManyLiveKeys(let agentID, let keyIDs):
            "agent `\(agentID)` already has \(keyIDs.count) live keys ("
                + keyIDs.map { "`\($0)`" }.joined(separator: ", ")
                + "); revoke one with `clawgress key revoke`"
        case .keyUnknown(let keyID): "no key has the id `\(keyID)`; see `clawgress key list`"
        case .alreadyRevoked(let keyID): "key `\(keyID)` was revoked before"
        }
    }
}

/// The records of all API keys of a source folder.
public struct KeyFile: Sendable, Equatable {
    /// A key's record and whose key it is.
    public struct Entry: Sendable, Equatable {
        /// The agent that the key proves.
        public let agentID: String
        /// What is kept of the key.
        public fileprivate(set) var record: APIKeyRecord
    }

    /// The file's name in a source folder.
    public static var name: String { "keys.yaml" }

    /// All records, revoked ones included: a revoked id must never come back to life.
    public private(set) var entries: [Entry]

    /// Starts with no key.
    public init() {
        entries = []
    }

    /// The records of one agent.
    public func records(of agentID: String) -> [APIKeyRecord] {
        entries.filter { $0.agentID == agentID }.map(\.record)
    }

    /// Adds a key.
    ///
    /// - Parameter now: seconds since 1970 UTC; expired keys do not count as live.
    /// - Throws: `KeyFileError.tooManyLiveKeys`.
    public mutating func add(
        _ record: APIKeyRecord,
        for agentID: String,
        now: Int64
    ) throws(KeyFileError) {
        let live = records(of: agentID).filter { $0.isLive(at: now) }
        guard live.count < IdentityIndex.liveKeysMax else {
            throw .tooManyLiveKeys(agentID: agentID, keyIDs: live.map(\.keyID))
        }
        entries.append(Entry(agentID: agentID, record: record))
    }

    /// Revokes a key and returns whose it was.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    /// - Throws: `KeyFileError.keyUnknown`, `KeyFileError.alreadyRevoked`.
    public mutating func revoke(_ keyID: String, now: Int64) throws(KeyFileError) -> String {
        guard let place = entries.firstIndex(where: { $0.record.keyID == keyID }) else {
            throw .keyUnknown(keyID)
        }
        guard entries[place].record.revokedAt == nil else { throw .alreadyRevoked(keyID) }
        entries[place].record.revokedAt = now
        return entries[place].agentID
    }
}

extension APIKeyRecord {
    /// Whether the key opens anything at `now`, in seconds since 1970 UTC.
    public func isLive(at now: Int64) -> Bool {
        revokedAt == nil && (expiresAt ?? .max) > now
    }
}

extension KeyFile {
    /// The greatest length of the file, in bytes.
    static var bytesMax: Int { 16 << 20 }

    /// Reads the file of a source folder; a folder without one has no keys.
    ///
    /// - Throws: `SourceError`.
    public static func load(folder: String) throws(SourceError) -> KeyFile {
        let content: [UInt8]?
        do throws(FileError) {
            content = try WholeFile.readIfPresent("\(folder)/\(name)", bytesMax: bytesMax)
        } catch {
            throw .file(error)
        }
        guard let bytes = content else { return KeyFile() }
        let reader = SourceReader(file: name)
        var file = KeyFile()
        if let root = try reader.root(of: String(decoding: bytes, as: UTF8.self)),
            let fields = reader.fields(root, of: "the file", keys: ["keys"])
        {
            file.entries = fields.list("keys").compactMap { reader.keyEntry($0) }
        }
        try reader.finish()
        return file
    }

    /// Writes the file, readable by its owner only, in one step.
    ///
    /// - Throws: `SourceError.file`.
    public func save(folder: String) throws(SourceError) {
        do throws(FileError) {
            try WholeFile.replace("\(folder)/\(Self.name)", with: Array(yaml.utf8), mode: 0o600)
        } catch {
            throw .file(error)
        }
    }

    /// The file's text; ids and digests need no quoting.
    private var yaml: String {
        var text = """
            # Written by `clawgress key`. It holds digests of API keys, never the keys themselves.
            keys:\(entries.isEmpty ? " []" : "")

            """
        for entry in entries {
            text += "  - agent_id: \(entry.agentID)\n"
            text += "    key_id: \(entry.record.keyID)\n"
            text += "    digest: \(entry.record.digest)\n"
            text += "    created_at: \(Timestamp.text(entry.record.createdAt))\n"
            if let end = entry.record.expiresAt {
                text += "    expires_at: \(Timestamp.text(end))\n"
            }
            if let end = entry.record.revokedAt {
                text += "    revoked_at: \(Timestamp.text(end))\n"
            }
        }
        return text
    }
}

extension SourceReader {
    fileprivate func keyEntry(_ node: Node) -> KeyFile.Entry? {
        let keys = ["agent_id", "key_id", "digest", "created_at", "expires_at", "revoked_at"]
        guard let fields = fields(node, of: "a key", keys: keys) else { return nil }
        let agentID = fields.requiredIdentifier("agent_id")
        let keyID = fields.requiredText("key_id")
        let digest = fields.requiredText("digest")
        if fields["created_at"] == nil { fields.reportMissing("created_at") }
        let createdAt = time("created_at", fields)
        let expiresAt = time("expires_at", fields)
        let revokedAt = time("revoked_at", fields)
        guard let agentID, let keyID, let digest, let createdAt else { return nil }
        return KeyFile.Entry(
            agentID: agentID,
            record: APIKeyRecord(
                keyID: keyID,
                digest: digest,
                createdAt: createdAt,
                expiresAt: expiresAt,
                revokedAt: revokedAt
            )
        )
    }

    private func time(_ key: String, _ fields: SourceFields) -> Int64? {
        guard let value = fields[key], let text = text(value, key) else { return nil }
        guard let seconds = Timestamp.seconds(text) else {
            report(
                "`\(key)` is `\(text)`, but must be a time such as `2026-01-31T08:00:00Z`",
                at: value
            )
            return nil
        }
        return seconds
    }
}
