// What the daemon runs: the operators' listener, and the one that follows the policy service.

import ClawgressAlerts
import ClawgressBytes
import ClawgressDaemon
import ClawgressJWS
import ClawgressMesh
import ClawgressSealing
import ClawgressStorage
import Hummingbird
public import Logging
public import ServiceLifecycle

extension AdminAPI {
    /// The daemon's services.
    ///
    /// - Throws: a sentence for the operator.
    public static func services(
        configuration: AdminConfiguration,
        logger: Logger
    ) async throws -> [any Service] {
        let budget = try OpenFileBudget.raised()
        let folder = try MeshFolder(
            path: configuration.meshFolder,
            passphrase: try Passphrase(credential: configuration.credential)
        )
        guard let listen = MeshAddress(configuration.listen),
            let policy = MeshAddress(configuration.policy),
            let service = MeshIdentity(.policy, "policy")
        else { throw StartRefusal("`listen` and `policy` must be `host:port`") }
        let client = MeshClient(.folder(folder), service: service, address: policy)
        let openAPI = try configuration.openAPIFile.map {
            String(decoding: try WholeFile.read($0, bytesMax: 4 << 20), as: UTF8.self)
        }
        let audit = try configuration.audit.map { audit in
            (settings: audit, mesh: try Self.mesh(audit, or: folder))
        }
        let log = try audit.map { try LogQuestions($0.settings, $0.mesh) }
        let teller = try configuration.alerts.webhook.map { try Self.teller($0, logger) }
        let api = try AdminAPI(
            stateFolder: configuration.stateFolder,
            plane: MeshPolicyPlane(client: client),
            log: log,
            teller: teller,
            limits: configuration.limits,
            openAPI: openAPI,
            logger: logger
        )
        if let token = try api.bootstrapToken() {
            // The one secret that is shown by a daemon: without it nobody could ever log in.
            logger.notice("first start: this token lets the first user in, once, within 24 hours")
            try StandardOutput.line(token)
        }
        let server = MeshServer(
            address: listen,
            folder: folder,
            clientCertificates: .ignored,
            limits: .forStrangers(connectionsMax: budget.connections()),
            now: { AdminClock.machine.seconds }
        )
        let readyFile = configuration.readyFile
        let application = server.application(api.responder, logger: logger) { port in
            logger.notice("serving", metadata: ["port": "\(port)"])
            if let readyFile { writeReadyFile(readyFile, port, logger) }
            ServiceManager.ready()
        }
        let shipper = try audit.map { try api.makeShipper($0.settings, configuration, $0.mesh) }
        // The sender ends last, so that the event of a last answer is shipped too.
        let logging: [(any Service)?] = [
            teller, shipper, log.map { ClientService(client: $0.client) },
        ]
        return logging.compactMap { $0 } + [
            ClientService(client: client), FollowService(api: api), application,
        ]
    }

    /// Who tells of alerts.
    private static func teller(
        _ webhook: WebhookSettings,
        _ logger: Logger
    ) throws(StartRefusal) -> AlertTeller {
        let sender = AlertSender(
            service: "clawgress-admin-api",
            nameKey: "service_id",
            name: AdminJournal.serviceID,
            metricsPrefix: "clawgress_admin",
            clock: AlertClock(
                now: AdminClock.machine.microseconds,
                text: { AdminTime.microseconds($0) }
            )
        )
        return try AlertTeller(webhook, from: sender, logger: logger)
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

/// Closes the connections to a neighbour when everything that asks it has stopped.
struct ClientService: Service {
    let client: MeshClient

    func run() async throws {
        try? await gracefulShutdown()
        await client.shutdown()
    }
}
