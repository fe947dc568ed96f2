// The daemon's parts put together: database, keys, the plane, the server, and the clock's ticks.

import ClawgressBundle
import ClawgressBytes
import ClawgressDaemon
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressMesh
import ClawgressSealing
import ClawgressStorage
import Hummingbird
public import Logging
public import ServiceLifecycle

/// The policy service.
public enum PolicyService {
    /// What the daemon runs.
    ///
    /// - Throws: a sentence for the operator.
    public static func services(
        _ configuration: PolicyConfiguration,
        logger: Logger
    ) async throws -> [any Service] {
        let failpoints = try Failpoints(
            allowed: configuration.allowFailpoints,
            steps: PolicyStep.allCases.map(\.rawValue)
        )
        let budget = try OpenFileBudget.raised()
        let passphrase = try Passphrase(credential: configuration.credential)
        let folder = try MeshFolder(path: configuration.meshFolder, passphrase: passphrase)
        guard let address = MeshAddress(configuration.listen) else {
            throw StartRefusal("`listen` must be `host:port`")
        }
        let places = PolicyPlaces(stateFolder: configuration.stateFolder)
        let clock = PolicyClock.system
        let keys = try KeyRing(places.keys, passphrase: passphrase, now: clock.wall())
        let store = PolicyStore(try Store(path: places.database, migrator: PolicyStore.schema))
        try await refuseOldKeys(keys, store)
        try places.requireRaisedEpoch(keys.keySet)
        let plane = try await PolicyPlane(
            store: store,
            keys: keys,
            settings: configuration.settings,
            clock: clock,
            failpoints: failpoints,
            logger: logger
        )
        await plane.lookAtSigner()
        let issuer = try configuration.authority.map { authority in
            // Whether it can be read is said at the start, not when somebody is to be enrolled.
            _ = try Passphrase(credential: authority.credential)
            return EnrolmentIssuer(folder: authority.folder) { () throws(SealingError) in
                try Passphrase(credential: authority.credential)
            }
        }
        let routes = PolicyRoutes(plane: plane, store: store, issuer: issuer)
        let server = MeshServer(
            address: address,
            folder: folder,
            clientCertificates: .optional,
            limits: MeshServer.Limits(connectionsMax: budget.connections()),
            now: clock.wall
        )
        let readyFile = configuration.readyFile
        let application = server.application(routes.router(), logger: logger) { port in
            logger.notice("serving", metadata: ["port": "\(port)"])
            if let readyFile { writeReadyFile(readyFile, port, logger) }
            ServiceManager.ready()
        }
        let ticks = PolicyTicks(
            plane: plane,
            keys: KeyWatch(folder: places.keys, passphrase: passphrase),
            pingEvery: configuration.settings.pingEvery,
            clock: clock,
            logger: logger
        )
        return [PlaneService(plane: plane), application, ticks]
    }

    /// A key set that was replaced stays replaced, also if somebody puts the old file back.
    private static func refuseOldKeys(_ keys: KeyRing, _ store: PolicyStore) async throws {
        guard let text = try await store.newestKeySet() else { return }
        let held = try KeySet.verify(Array(text.utf8), rootKey: keys.rootKey)
        try keys.keySet.requireNotOlder(than: held)
    }

    private static func writeReadyFile(_ path: String, _ port: UInt16, _ logger: Logger) {
        let text = JSONValue.object([JSONMember("port", .integer(Int64(port)))]).jsonText + "\n"
        do throws(FileError) {
            try WholeFile.replace(path, with: Array(text.utf8), mode: 0o644)
        } catch {
            logger.error("the ready file cannot be written", metadata: ["problem": "\(error)"])
        }
    }
}

/// Writes what the plane wants written; ends the process when the disk refuses.
struct PlaneService: Service {
    let plane: PolicyPlane

    func run() async throws {
        // Not cancelled: what is to be written is written, and then the queue is at its end.
        try await withGracefulShutdownHandler {
            try await plane.run()
        } onGracefulShutdown: {
            Task { await plane.stopWriting() }
        }
    }
}
