// The files of the log for whoever verifies it (Documentation/audit-log.md), in the paths of C2SP tlog-tiles.
// All of them are for whoever may see records: hashes alone are public where `public_listen` of the audit
// service shows them.

import ClawgressContract
import HTTPTypes

extension AdminRoute {
    /// The log's signed notes, tiles and bundles of entries.
    static let logFiles =
        [AuditPaths.checkpoint, AuditPaths.witnessedCheckpoint, AuditPaths.retention].map(note)
        + tiles

    /// A path has up to four parts behind the level, as `x001/x234/067.p/8`: enough for the files of
    /// 256 billion entries.
    private static let tiles = (1...4).map { count in
        let parts = ["{first}", "{second}", "{third}", "{fourth}"].prefix(count)
        let path = "\(AuditPaths.log)/tile/{level}/" + parts.joined(separator: "/")
        return file(path) { (service, call) async throws(Refusal) in
            try await service.logTile(call)
        }
    }

    private static func note(_ path: String) -> AdminRoute {
        file(path) { (service, _) async throws(Refusal) in try await service.logNote(path) }
    }

    /// - Parameter path: in the mesh.
    private static func file(
        _ path: String,
        _ handle: @escaping @Sendable (AdminService, AdminCall) async throws(Refusal) -> AdminReply
    ) -> AdminRoute {
        AdminRoute(
            .get,
            AdminPath.logFiles + path.dropFirst(AuditPaths.log.count),
            .logReaders,
            scope: .readEvents,
            isLogFile: true,
            handle
        )
    }
}
