// Checkpoint and hashes for anybody, without TLS, where an operator wants that: monitors and
// witnesses need no certificate. Entries are for auditors and are not served here.

import ClawgressContract
import ClawgressMesh
import ClawgressTransparencyLog
import Hummingbird
import Logging

/// The plain listener.
struct PublicReading: Sendable {
    private let log: AuditLog
    private let server: PlainServer

    init(log: AuditLog, address: MeshAddress, connectionsMax: Int) {
        self.log = log
        server = PlainServer(
            address: address,
            limits: .forStrangers(connectionsMax: connectionsMax)
        )
    }

    /// How many connections were refused because there were too many.
    var refusedConnections: UInt64 { server.refusedConnections }

    func application(
        logger: Logger,
        onBound: @escaping @Sendable (UInt16) -> Void
    ) -> some ApplicationProtocol {
        let router = Router()
        router.add(middleware: AuditProblems<BasicRequestContext>())
        router.get(RouterPath(AuditPaths.checkpoint)) { _, _ in try await LogFiles.checkpoint(log) }
        router.get(RouterPath(AuditPaths.witnessedCheckpoint)) { _, _ in
            try await LogFiles.witnessedCheckpoint(log)
        }
        router.get(RouterPath(AuditPaths.retention)) { _, _ in try await LogFiles.retention(log) }
        router.get(RouterPath("\(AuditPaths.log)/tile/**")) { request, _ in
            let name = try LogFiles.name(request)
            if case .entries = name.kind { throw Problem.entriesNotPublic }
            return try await LogFiles.tile(name, of: log)
        }
        return server.application(router, logger: logger) { onBound($0) }
    }
}
