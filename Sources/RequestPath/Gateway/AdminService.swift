// The loopback port for operators and monitors: alive, ready, metrics, status. It only reads.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressBytes
import ClawgressContract
import ClawgressJWS
import ClawgressModel
import HTTPTypes
import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

/// Whether the gateway may be sent traffic, and if not, why.
struct ServiceReadiness {
    let isReady: Bool
    let problem: String

    static func of(_ workers: [WorkerHandle], _ state: GatewayState.Values) -> ServiceReadiness {
        if state.isDraining { return ServiceReadiness(isReady: false, problem: "draining") }
        if state.enrolment?.isDenying == true {
            return ServiceReadiness(
                isReady: false,
                problem: "the policy service was not heard from for too long"
            )
        }
        if state.active == nil {
            return ServiceReadiness(isReady: false, problem: "no policy bundle")
        }
        if !isServing(workers, state) {
            return ServiceReadiness(
                isReady: false,
                problem: "a worker has not activated the bundle"
            )
        }
        if state.enrolment?.stream.isSettled == false {
            return ServiceReadiness(
                isReady: false,
                problem: "the policy service has not said yet what to serve"
            )
        }
        return ServiceReadiness(isReady: true, problem: "")
    }

    /// Whether every worker serves the active bundle.
    static func isServing(_ workers: [WorkerHandle], _ state: GatewayState.Values) -> Bool {
        guard let active = state.active, !state.isDraining else { return false }
        return workers.allSatisfy {
            $0.serial.load(ordering: .acquiring) == active.order.serial
        }
    }
}

/// Serves `/livez`, `/readyz`, `/metrics` and `/status`.
struct AdminService: Sendable {
    let gatewayID: String
    let workers: [WorkerHandle]
    let shared: GatewayShared
    let state: GatewayState

    /// The HTTP service, to be run beside the workers.
    func application(
        _ endpoint: Endpoint,
        logger: Logger,
        onBound: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol {
        let router = Router()
        router.get("livez") { _, _ in Self.text(.ok, "alive\n") }
        router.get("readyz") { _, _ in ready() }
        router.get("metrics") { _, _ in
            Self.text(.ok, MetricsText.render(workers, shared, state.now))
        }
        router.get("status") { _, _ in
            Self.response(.ok, "application/json", status().jsonText + "\n")
        }
        return Application(
            router: router,
            configuration: .init(
                address: .hostname(endpoint.address.text, port: Int(endpoint.port)),
                serverName: nil
            ),
            onServerRunning: { channel in await onBound(channel.localAddress?.port ?? 0) },
            logger: logger
        )
    }

    private func ready() -> Response {
        let readiness = ServiceReadiness.of(workers, state.now)
        return readiness.isReady
            ? Self.text(.ok, "ready\n") : Self.text(.serviceUnavailable, readiness.problem + "\n")
    }

    private static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        response(status, "text/plain; charset=utf-8", text)
    }

    private static func response(
        _ status: HTTPResponse.Status,
        _ type: String,
        _ text: String
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: Hummingbird.ByteBuffer(string: text))
        )
    }

    private func status() -> JSONValue {
        let values = state.now
        let readiness = ServiceReadiness.of(workers, values)
        let open = workers.reduce(0) { $0 + $1.openExchanges.load(ordering: .relaxed) }
        return .object([
            JSONMember("gateway_id", .string(gatewayID)),
            JSONMember("ready", .bool(readiness.isReady)),
            JSONMember("problem", readiness.isReady ? .null : .string(readiness.problem)),
            JSONMember("draining", .bool(values.isDraining)),
            JSONMember("workers", .integer(Int64(workers.count))),
            JSONMember("connections", .integer(Int64(shared.connections.load(0)))),
            JSONMember("open_exchanges", .integer(Int64(open))),
            JSONMember("bundle", Self.describe(values.active)),
            JSONMember("last_rejection", Self.describe(values.rejection)),
            JSONMember("control_plane", Self.describe(values.enrolment)),
            JSONMember("audit", Self.describe(values.shipping)),
            JSONMember("spool_problem", values.spoolProblem.map(JSONValue.string) ?? .null),
        ])
    }

    private static func describe(_ active: GatewayState.Active?) -> JSONValue {
        guard let active else { return .null }
        return .object([
            JSONMember("epoch", .integer(active.order.epoch)),
            JSONMember("serial", .integer(active.order.serial)),
            JSONMember("revision", .string(active.revision)),
            JSONMember("issued_at", .integer(active.issuedAt)),
            JSONMember("active_since", .integer(active.since)),
            JSONMember("from_last_known_good", .bool(active.isLastKnownGood)),
            JSONMember("agents", .integer(Int64(active.agents))),
            JSONMember("policies", .integer(Int64(active.policies))),
        ])
    }

    private static func describe(_ enrolment: GatewayState.Enrolment?) -> JSONValue {
        guard let enrolment else { return .null }
        let stream = enrolment.stream
        let age = SnapshotKeeper.wallSeconds() - enrolment.lastHeard
        return .object([
            JSONMember("connected", .bool(stream.isConnected)),
            JSONMember("last_heard", .integer(enrolment.lastHeard)),
            JSONMember("bundle_age_seconds", .integer(max(0, age))),
            JSONMember("latest", describe(stream.latest)),
            JSONMember("prepared", describe(stream.prepared)),
            JSONMember("behind", .bool(stream.isBehind)),
            JSONMember("key_set_version", .integer(stream.keySetVersion)),
            JSONMember(
                "reverted_serial",
                stream.revertedSerial.map(JSONValue.integer) ?? .null
            ),
            JSONMember("denying", .bool(enrolment.isDenying)),
            JSONMember("problem", stream.problem.map(JSONValue.string) ?? .null),
        ])
    }

    private static func describe(_ reference: BundleReference?) -> JSONValue {
        guard let reference else { return .null }
        return .object([
            JSONMember("epoch", .integer(reference.epoch)),
            JSONMember("serial", .integer(reference.serial)),
            JSONMember("revision", .string(reference.revision)),
        ])
    }

    private static func describe(_ rejection: GatewayState.Rejection?) -> JSONValue {
        guard let rejection else { return .null }
        return .object([
            JSONMember("code", .string(rejection.code)),
            JSONMember("problem", .string(rejection.problem)),
            JSONMember("at", .integer(rejection.at)),
        ])
    }
}
