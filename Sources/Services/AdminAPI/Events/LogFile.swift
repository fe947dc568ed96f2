// The log's files as the audit service has them, byte for byte: a record that was written anew on its way
// does not hash to its leaf, and a checkpoint has no signature any more.

import ClawgressAudit
import ClawgressContract
import ClawgressMesh
import ClawgressTransparencyLog
import HTTPTypes

/// What is told of a file beside its bytes.
enum LogFileKind {
    /// A signed note, which another one replaces before long.
    case note
    /// Hashes or entries: under this name they are the same for ever.
    case tile

    fileprivate var type: String {
        switch self {
        case .note: "text/plain; charset=utf-8"
        case .tile: "application/octet-stream"
        }
    }

    /// What the audit service says, and that a role was needed: no cache that others share may keep it.
    fileprivate var caching: String {
        switch self {
        case .note: "private, no-cache"
        case .tile: "private, max-age=31536000, immutable"
        }
    }
}

extension LogQuestions {
    /// A file, or that there is none (yet, or any more) in the audit service's own words.
    ///
    /// - Parameter path: in the mesh.
    /// - Throws: 503.
    func file(_ path: String, _ kind: LogFileKind) async throws(Refusal) -> AdminReply {
        let answer: MeshResponse
        do throws(MeshError) {
            answer = try await client.send(MeshRequest(.get, path), seconds: Double(Self.seconds))
        } catch {
            throw .auditUnreachable(error.description)
        }
        let type = answer.fields[.contentType]
        switch (answer.status, type) {
        case (200, kind.type?):
            return AdminReply(
                .ok,
                fields: [.contentType: kind.type, .cacheControl: kind.caching],
                body: answer.body
            )
        case (404, Problem.mediaType?):
            let fields: HTTPFields = [.contentType: Problem.mediaType]
            return AdminReply(.notFound, fields: fields, body: answer.body)
        case (503, _): return try Self.refused(answer.status, answer.fields, answer.body)
        default: throw .auditUnreachable("it answered \(answer.status)")
        }
    }
}

extension AdminService {
    /// `GET /v1/log/checkpoint` and the other signed notes.
    ///
    /// - Parameter path: in the mesh.
    func logNote(_ path: String) async throws(Refusal) -> AdminReply {
        guard let log else { throw Refusal.logNotConfigured }
        return try await log.file(path, .note)
    }

    /// `GET /v1/log/tile/…`, if that is exactly the path of one file.
    func logTile(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        // An encoded `/` would be a second way to write the same path.
        guard !call.arguments.contains(where: { $0.contains("/") }),
            let name = TileName(path: "tile/" + call.arguments.joined(separator: "/"))
        else { throw Refusal.notFound }
        guard let log else { throw Refusal.logNotConfigured }
        let reply = try await log.file("\(AuditPaths.log)/\(name.path)", .tile)
        if case .entries = name.kind, reply.status == .ok { try await noteReading(call.caller) }
        return reply
    }

    /// Leaves one event for all entries that a credential reads in an hour, which is on the disk before
    /// the first of them goes out.
    private func noteReading(_ caller: Caller) async throws(Refusal) {
        let now = clock.seconds
        let isNoted = try entryReadings.begin(caller.credentialID, at: now) { () throws(Refusal) in
            let summary = "entries of the log as they are; told once an hour"
            try record(caller, .logExport, "entries", summary)
        }
        guard !isNoted else { return }
        try await journal.drain(isDone: false)
        entryReadings.noted(caller.credentialID, since: now)
    }
}
