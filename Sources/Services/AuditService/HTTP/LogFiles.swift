// The log's files as answers, in the paths and with the cache headers of C2SP tlog-tiles.

import ClawgressBytes
import ClawgressContract
import ClawgressTransparencyLog
import HTTPTypes
import Hummingbird
import NIOCore

/// Answers from the log's folder.
enum LogFiles {
    /// The newest checkpoint.
    static func checkpoint(_ log: AuditLog) async throws -> Response {
        guard let note = await log.checkpoint else { throw Problem.notFound("checkpoint yet") }
        return Self.note(ByteBuffer(string: note))
    }

    /// The newest checkpoint that enough witnesses have signed.
    static func witnessedCheckpoint(_ log: AuditLog) async throws -> Response {
        try await note(log.places.witnessedCheckpoint, "witnessed checkpoint yet")
    }

    /// From where on the log has entries, and by which policy.
    static func retention(_ log: AuditLog) async throws -> Response {
        try await note(log.places.retention, "retention notice: nothing is ever pruned")
    }

    private static func note(_ path: String, _ what: String) async throws -> Response {
        let content = try await AuditLog.onDisk { () throws(FileError) in
            try WholeFile.readIfPresent(path, bytesMax: SignedNote.bytesMax)
        }.get()
        guard let content else { throw Problem.notFound(what) }
        return note(ByteBuffer(bytes: content))
    }

    /// A signed note, which another one replaces before long.
    private static func note(_ content: ByteBuffer) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody(byteBuffer: content)
        )
    }

    /// The file that a request names.
    static func name(_ request: Request) throws(Problem) -> TileName {
        let path = request.uri.path.dropFirst("\(AuditPaths.log)/".count)
        guard let name = TileName(path: path) else { throw .notFound("file of that name") }
        return name
    }

    /// A tile or a bundle, as it will be for ever.
    static func tile(_ name: TileName, of log: AuditLog) async throws -> Response {
        if case .entries = name.kind, log.bounds.minimum / TileName.widthMax > name.index {
            throw Problem.entriesPruned(minimum: log.bounds.minimum)
        }
        guard let content = try await log.content(of: name) else {
            throw Problem.notFound("file of that name yet")
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream",
                .cacheControl: "max-age=31536000, immutable",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: content))
        )
    }
}

extension AuditLog {
    /// The content of one of the log's files; nil unless the newest checkpoint covers all of it.
    func content(of name: TileName) async throws -> [UInt8]? {
        let level: Int =
            switch name.kind {
            case .entries: 0
            case .hashes(let level): level
            }
        let (end, overflow) = name.index.multipliedReportingOverflow(by: TileName.widthMax)
        guard !overflow, end <= (size >> (8 * level)) - name.width else { return nil }
        let tiles = tiles
        return try await Self.onDisk { () throws(FileError) in try tiles.read(name) }.get()
    }

    /// A batch is about to be answered.
    func answering() { reach(.beforeAnswer) }
}
