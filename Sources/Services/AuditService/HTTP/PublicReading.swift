// Checkpoint and hashes for anybody, without TLS, where an operator wants that: monitors and
// witnesses need no certificate. Entries are for auditors and are not served here.

import ClawgressContract
import ClawgressMesh
import ClawgressTransparencyLog
import Hummingbird
import Logging

/// The plain listener.
struct PublicReading: Sendable {
    let log: AuditLog
    let address: MeshAddress

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
        return Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: Int(address.port)),
                serverName: nil
            ),
            onServerRunning: { channel in
                onBound(UInt16(clamping: channel.localAddress?.port ?? 0))
            },
            logger: logger
        )
    }
}
