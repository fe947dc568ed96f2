// What a sender keeps over a restart: how far it is, and what it remembers of its log.

import ClawgressAudit
public import ClawgressBytes
import ClawgressTransparencyLog

/// Why a sender cannot go on from what it kept.
public enum ShippingFilesError: Error, Equatable, CustomStringConvertible {
    /// A file cannot be read.
    case file(FileError)
    /// The checkpoint at that path is not one of the log with the given key.
    case otherLog(path: String, LogContradiction)

    /// One line for people.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .otherLog(let path, let why):
            "`\(path)` is of another log, or the key is: \(why); move the file away if the log was "
                + "begun anew"
        }
    }
}

/// The files of one sender, in a folder that exists.
public struct ShippingFiles: Sendable {
    private static var bytesMax: Int { 16 << 20 }
    private let folder: String

    /// Names the folder.
    public init(folder: String) {
        self.folder = folder
    }

    private var position: String { folder + "/shipped" }
    private var checkpoint: String { folder + "/log-checkpoint" }
    private var refused: String { folder + "/log-refused" }

    /// What is remembered of the log with that key.
    func memory(_ key: NoteKey) throws(ShippingFilesError) -> LogMemory {
        guard let note = try read(checkpoint) else { return LogMemory(key: key) }
        do throws(LogContradiction) {
            return try LogMemory(key: key, kept: note)
        } catch {
            throw .otherLog(path: checkpoint, error)
        }
    }

    /// Whether a checkpoint that contradicts is kept as evidence.
    var hasContradiction: Bool { Folder.length(ofFile: refused) != nil }

    /// The position that was kept; the beginning if there is none, or none that can be read:
    /// what is sent twice is in the log once.
    func start() throws(ShippingFilesError) -> SpoolPosition {
        try read(position).flatMap { SpoolPosition(text: $0) } ?? SpoolPosition()
    }

    func keep(_ position: SpoolPosition) throws(FileError) {
        try WholeFile.replace(self.position, with: Array(position.text.utf8), mode: 0o600)
    }

    func keep(checkpoint note: String) throws(FileError) {
        try WholeFile.replace(checkpoint, with: Array(note.utf8), mode: 0o600)
    }

    /// Keeps the first checkpoint that contradicts: with the one before it, it proves what the
    /// log did.
    func keep(contradiction note: String) throws(FileError) {
        guard !hasContradiction else { return }
        try WholeFile.replace(refused, with: Array(note.utf8), mode: 0o600)
    }

    private func read(_ path: String) throws(ShippingFilesError) -> String? {
        do throws(FileError) {
            return try WholeFile.readIfPresent(path, bytesMax: Self.bytesMax)
                .map { String(decoding: $0, as: UTF8.self) }
        } catch {
            throw .file(error)
        }
    }
}
