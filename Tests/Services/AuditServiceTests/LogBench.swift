// A log in a folder of its own: real files, a key that is not sealed, and a disk that ends the
// process, or is full, where a test wants that.

import ClawgressAuditService
import ClawgressBytes
import ClawgressTransparencyLog
import ClawgressTransparencyLogSigning
import Foundation
import Logging
import Synchronization

let boot = "00112233445566778899aabbccddeeff"

/// The canonical line of a record.
func line(_ number: UInt64, worker: UInt8 = 0, padding: String = "") -> String {
    #"{"boot_id":"\#(boot)","gateway_id":"gw-1","padding":"\#(padding)","#
        + #""sequence":\#(number),"worker":\#(worker)}"#
}

/// The canonical line of a heartbeat that names the last number of each worker.
func heartbeat(_ number: UInt64, last: [UInt64]) -> String {
    let numbers = last.map(String.init).joined(separator: ",")
    return #"{"boot_id":"\#(boot)","gateway_id":"gw-1","last_sequences":[\#(numbers)],"#
        + #""phase":"running","record":"heartbeat","sequence":\#(number),"worker":0}"#
}

func entries(_ numbers: some Sequence<UInt64>) throws -> [LogEntry] {
    try numbers.map { try LogEntry(Array(line($0).utf8)) }
}

/// A disk that dies before, or in the middle of, one of its changes.
final class DyingDisk: Sendable {
    private let left: Mutex<Int>
    private let isFull = Mutex(false)
    private let part: @Sendable (Int) -> Int

    /// - Parameters:
    ///   - changes: how many changes are made before it dies.
    ///   - part: how much of a write that it dies in is made.
    init(after changes: Int, part: @escaping @Sendable (Int) -> Int = { _ in 0 }) {
        left = Mutex(changes)
        self.part = part
    }

    /// Whether it has died.
    var isDead: Bool { left.withLock { $0 < 0 } }

    /// Makes writes and new files fail for want of room, or not.
    func fill(_ full: Bool) { isFull.withLock { $0 = full } }

    var disk: LogDisk {
        LogDisk { change throws(FileError) in
            let left = self.left.withLock { left in
                left -= 1
                return left
            }
            guard left >= 0 else {
                if left == -1, case .write(_, let count) = change { return self.part(count) }
                throw FileError(code: 5, operation: "a test", path: "")
            }
            guard self.isFull.withLock({ $0 }) else { return nil }
            switch change {
            case .write, .createFile, .allocate: throw FileError.full("a test")
            default: return nil
            }
        }
    }
}

/// A folder with a log.
final class LogBench {
    let folder: String
    let signer: NoteSigner
    var settings = LogSettings()

    /// - Parameter signer: the key of another log, for one that claims to be it.
    init(signer: NoteSigner? = nil) throws {
        // In memory where there is such a folder: the ends that are tried here are those of a
        // process, and thousands of them need not wait for a real disk.
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        let parent = isThere ? memory : FileManager.default.temporaryDirectory.path
        folder = "\(parent)/audit-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        self.signer = try signer ?? NoteSigner.generate(.ed25519, name: "log.test/one")
        settings.journalBytes = 65_536
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var places: AuditPlaces { AuditPlaces(stateFolder: folder) }

    func open(_ disk: LogDisk = LogDisk(), at places: AuditPlaces? = nil) throws -> AuditLog {
        try AuditLog(
            places ?? self.places,
            signer: signer,
            settings: settings,
            disk: disk,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// What a reader who believes only the key finds in the folder: every entry, checked against
    /// the signed root by hashing all of them again.
    func readAll(_ other: AuditPlaces? = nil) throws -> [String] {
        let places = other ?? self.places
        func bytes(_ path: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(fileURLWithPath: "\(places.log)/\(path)")))
        }
        let note = try SignedNote(try bytes("checkpoint"))
        let head = try Checkpoint.verified(note, of: signer.key.name, by: [signer.key]).head
        var found: [[UInt8]] = []
        for index in 0..<(head.size + 255) / 256 {
            let width = min(256, head.size - index * 256)
            guard let name = TileName(.entries, index: index, width: width) else { continue }
            found += try EntryBundle.entries(try bytes(name.path), count: width)
        }
        var edge = TreeEdge()
        for entry in found { edge.append(TreeHash.leaf(entry)) }
        guard edge.head == head else { throw CocoaError(.fileReadCorruptFile) }
        for name in TileName.added(from: 0, to: head.size) { _ = try bytes(name.path) }
        return found.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Puts the key by which the log is verified where the service's own commands look for it.
    func keepVerifierKey() throws {
        try "\(signer.key.text)\n".write(
            toFile: places.verifierKey,
            atomically: false,
            encoding: .utf8
        )
    }

    /// Every file of the folder, by its path in it.
    func content() throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        for name in FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? [] {
            let url = URL(fileURLWithPath: "\(folder)/\(name)")
            if let bytes = try? Data(contentsOf: url) { found[name] = Array(bytes) }
        }
        return found
    }
}

/// A checkpoint that somebody remembers.
struct TreeHeadText {
    let head: TreeHead
    var size: Int { head.size }

    init(_ note: String) throws {
        guard let checkpoint = Checkpoint(text: try SignedNote(note).text) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        head = checkpoint.head
    }

    /// Checks that a later checkpoint goes on from this one.
    func check(_ note: String, _ hashes: [[UInt8]]) throws {
        let new = try TreeHeadText(note).head
        try TreeProof.checkConsistency(from: head, to: new, hashes.compactMap { TreeHash($0) })
    }
}
