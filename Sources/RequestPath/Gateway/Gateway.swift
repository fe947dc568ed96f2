// The gateway assembled: everything that must be there before the first request, in the order
// in which it can fail with a clear message.

import ClawgressAudit
import ClawgressBundle
import ClawgressBytes
import ClawgressDaemon
import ClawgressForward
import ClawgressJWS
import ClawgressModel
import ClawgressQuota
import ClawgressReactor
import ClawgressShipping
import Hummingbird
public import Logging
public import ServiceLifecycle
import Synchronization

/// Builds the services of a gateway from its configuration.
public enum Gateway {
    /// The greatest number of descriptors that tables are reserved for.
    private static var descriptorsMax: Int { 131_072 }

    /// Opens the spool, binds the listeners, starts the workers and the keepers.
    ///
    /// - Throws: `StartRefusal` with what keeps the gateway from starting.
    public static func services(
        _ configuration: GatewayConfiguration,
        logger: Logger
    ) async throws -> [any Service] {
        Signals.ignoreBrokenPipes()
        let descriptors = ProcessLimits.raiseOpenFiles(bound: descriptorsMax)
        let count = configuration.workers > 0 ? configuration.workers : ProcessLimits.processors()
        let state = GatewayState()
        let alerts = Alerts(try makeTeller(configuration, logger), logger: logger)
        let (shared, spool) = try makeShared(configuration, count, alerts, state)
        let workers = try makeHandles(count)
        let shipper = try configuration.audit.map { audit throws(StartRefusal) in
            try makeShipper(
                audit,
                configuration,
                spool.folder,
                ShippingWatch(alerts: alerts, state: state)
            )
        }
        let (listening, tables) = try bind(configuration, count)
        try await startBundles(configuration, state) {
            makeKeeper(configuration, shared, workers, state, logger)
        }
        let uncleanBoot = spool.begin(alerts)
        try start(workers, configuration, shared, listening, tables, descriptors: descriptors)
        logger.notice(
            "listening",
            metadata: ["listeners": "\(listening.map(\.text).joined(separator: " "))"]
        )
        guard let admin = Endpoint(configuration.admin) else {
            throw StartRefusal("`admin` value `\(configuration.admin)` is no `address:port`")
        }
        try requireFree(admin)
        let service = AdminService(
            gatewayID: configuration.gatewayID,
            workers: workers,
            shared: shared,
            state: state
        )
        let readyFile = configuration.readyFile
        let heart = shipper.map { _ in
            Heart(workers: workers, supply: shared.supply, uncleanBoot: uncleanBoot)
        }
        // The sender ends last, so that what the workers concluded at the end is shipped too.
        let shipping: [(any Service)?] = [alerts.teller, shipper, heart]
        let serving: [any Service] = [
            service.application(admin, logger: logger) { port in
                let bound = Endpoint(address: admin.address, port: UInt16(port))
                shared.adminPort.store(bound.port, ordering: .relaxed)
                writeReadyFile(readyFile, listening, bound, logger)
            },
            WorkerService(
                workers: workers,
                heart: heart,
                boot: spool.boot,
                state: state,
                logger: logger
            ),
        ]
        return shipping.compactMap { $0 } + serving
    }

    private static func makeKeeper(
        _ configuration: GatewayConfiguration,
        _ shared: GatewayShared,
        _ workers: [WorkerHandle],
        _ state: GatewayState,
        _ logger: Logger
    ) -> SnapshotKeeper {
        SnapshotKeeper(
            shelf: BundleShelf(folder: configuration.stateFolder),
            context: SnapshotContext(
                hash: shared.hash,
                quotas: QuotaRegistry(),
                numbers: shared.numbers
            ),
            workers: workers,
            resolver: ResolverKeeper(
                shared.resolver,
                localServers: configuration.resolverServers,
                logger: logger
            ),
            state: state,
            alerts: shared.alerts,
            logger: logger
        )
    }

    /// Finds out whether the admin port is free while there is still a clear way to say so.
    private static func requireFree(_ admin: Endpoint) throws(StartRefusal) {
        guard admin.port != 0 else { return }
        do throws(FileError) {
            _ = try ListeningSocket.bind(admin.address, port: admin.port)
        } catch {
            throw StartRefusal("the `admin` port cannot be used: \(error)")
        }
    }

    private static func makeShared(
        _ configuration: GatewayConfiguration,
        _ count: Int,
        _ alerts: Alerts,
        _ state: GatewayState
    ) throws(StartRefusal) -> (GatewayShared, OpenSpool) {
        var generator = SystemRandomNumberGenerator()
        guard let desk = TokenDesk() else {
            throw StartRefusal("no thread left for token verification")
        }
        let resolver: Resolver
        do {
            resolver = try Resolver(
                options: ResolverOptions(servers: configuration.resolverServers)
            )
        } catch {
            throw StartRefusal("the resolver does not start: \(error)")
        }
        let spool = try OpenSpool(configuration, count, alerts, state)
        let shared = GatewayShared(
            gatewayID: configuration.gatewayID,
            resolver: resolver,
            tokenDesk: desk,
            numbers: AgentNumbers(),
            supply: spool.supply,
            spoolSync: spool.sync,
            hash: KeyedHash(using: &generator),
            alerts: alerts,
            workerCount: count
        )
        return (shared, spool)
    }

    private static func makeHandles(_ count: Int) throws(StartRefusal) -> [WorkerHandle] {
        var handles: [WorkerHandle] = []
        for _ in 0..<count {
            guard let handle = WorkerHandle() else {
                throw StartRefusal("no descriptor left for workers")
            }
            handles.append(handle)
        }
        return handles
    }

    private static func writeReadyFile(
        _ path: String?,
        _ listening: [Endpoint],
        _ admin: Endpoint,
        _ logger: Logger
    ) {
        guard let path else { return }
        let content = JSONValue.object([
            JSONMember("listeners", .array(listening.map { .string($0.text) })),
            JSONMember("admin", .string(admin.text)),
        ])
        do throws(FileError) {
            try WholeFile.replace(path, with: Array((content.jsonText + "\n").utf8))
        } catch {
            logger.error("the ready file cannot be written", metadata: ["problem": "\(error)"])
        }
    }
}
