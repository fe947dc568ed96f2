// The daemon's parts put together: key, log, the servers, and the checkpoints' clock.

import ClawgressBytes
import ClawgressDaemon
import ClawgressMesh
import ClawgressSealing
import Hummingbird
public import Logging
public import ServiceLifecycle

/// The audit service.
public enum AuditService {
    /// What the daemon runs.
    ///
    /// - Throws: a sentence for the operator.
    public static func services(
        _ configuration: AuditConfiguration,
        logger: Logger
    ) async throws -> [any Service] {
        let budget = try OpenFileBudget.raised()
        let passphrase = try Passphrase(credential: configuration.credential)
        let folder = try MeshFolder(path: configuration.meshFolder, passphrase: passphrase)
        guard let address = MeshAddress(configuration.listen) else {
            throw StartRefusal("`listen` must be `host:port`")
        }
        let log = try Self.log(configuration, passphrase, logger: logger)
        await log.publish()
        let ready = ReadyFile(path: configuration.readyFile, logger: logger)
        let isPublic = configuration.publicListen != nil
        let server = MeshServer(
            address: address,
            folder: folder,
            clientCertificates: .optional,
            limits: MeshServer.Limits(
                connectionsMax: budget.connections(eighths: isPublic ? 6 : 8)
            ),
            now: AuditClock.wall
        )
        let index = Self.index(of: log, configuration, logger: logger)
        let witnesses = try Self.witnesses(of: log, configuration, logger: logger)
        let outlets = try Outlets(configuration, log: log, logger: logger)
        let reading = Self.publicReading(of: log, configuration, budget)
        let routes = AuditRoutes(
            log: log,
            settings: configuration.settings,
            index: index,
            witnesses: witnesses,
            moreMetrics: {
                outlets.metrics
                    + ConnectionMetrics(
                        mesh: server.refusedConnections,
                        plain: reading?.refusedConnections
                    ).text
            }
        )
        let application = server.application(routes.router(), logger: logger) { port in
            logger.notice("serving", metadata: ["port": "\(port)"])
            ready.bound("port", port, of: isPublic ? 2 : 1)
        }
        var services: [any Service] = [
            LogService(log: log, settings: configuration.settings), application,
        ]
        if let reading {
            services.append(
                reading.application(logger: logger) { ready.bound("public_port", $0, of: 2) }
            )
        }
        services.append(
            RetentionService(log: log, settings: configuration.retention, logger: logger)
        )
        if let witnesses { services.append(WitnessService(witnesses: witnesses)) }
        services += outlets.services
        // The last one is told first to stop, so that no watched tail keeps the server.
        if let index { services.append(IndexService(index: index)) }
        return services
    }

    private static func log(
        _ configuration: AuditConfiguration,
        _ passphrase: Passphrase,
        logger: Logger
    ) throws -> AuditLog {
        let failpoints = try Failpoints(
            allowed: configuration.allowFailpoints,
            steps: LogStep.allCases.map(\.rawValue)
        )
        let places = AuditPlaces(stateFolder: configuration.stateFolder)
        return try AuditLog(
            places,
            signer: try LogKey.open(
                places,
                name: configuration.logName,
                passphrase: passphrase
            ),
            settings: configuration.settings,
            logger: logger,
            reach: { failpoints.reach($0.rawValue) }
        )
    }

    private static func publicReading(
        of log: AuditLog,
        _ configuration: AuditConfiguration,
        _ budget: OpenFileBudget
    ) -> PublicReading? {
        configuration.publicListen.flatMap(MeshAddress.init).map { address in
            PublicReading(
                log: log,
                address: address,
                connectionsMax: budget.connections(eighths: 2)
            )
        }
    }

    private static func witnesses(
        of log: AuditLog,
        _ configuration: AuditConfiguration,
        logger: Logger
    ) throws -> Witnesses? {
        guard !configuration.witnesses.list.isEmpty else { return nil }
        return try Witnesses(log, settings: configuration.witnesses, logger: logger)
    }

    private static func index(
        of log: AuditLog,
        _ configuration: AuditConfiguration,
        logger: Logger
    ) -> EventIndex? {
        guard configuration.index.enabled else { return nil }
        return EventIndex(
            log: log,
            places: AuditPlaces(stateFolder: configuration.stateFolder),
            settings: configuration.index,
            logger: logger,
            now: AuditClock.wallMicroseconds
        )
    }

    /// Makes the key of a new log; see ``LogKey/create(_:name:passphrase:cost:)``.
    ///
    /// - Returns: the key by which the log is verified.
    /// - Throws: a sentence for the operator.
    public static func begin(_ configuration: AuditConfiguration) throws -> String {
        var generator = SystemRandomNumberGenerator()
        return try LogKey.create(
            AuditPlaces(stateFolder: configuration.stateFolder),
            name: configuration.logName ?? LogKey.drawnName(using: &generator),
            passphrase: try Passphrase(credential: configuration.credential)
        )
    }
}
