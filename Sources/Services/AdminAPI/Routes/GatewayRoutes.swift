// Gateways: what the policy service knows of them, and what admins may do with them.

import ClawgressAudit
import ClawgressContract
import ClawgressModel
import HTTPTypes

extension AdminService {
    func gateways(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let limit = try call.limit()
        let cursor = call.query["cursor"] ?? ""
        let gateways: [GatewayStatus]
        do throws(PolicyPlaneError) {
            gateways = try await plane.gateways()
        } catch {
            throw ConfigurationDesk.refusal(error)
        }
        let rest = gateways.filter { $0.gatewayID > cursor }.sorted { $0.gatewayID < $1.gatewayID }
        let page = Array(rest.prefix(limit))
        return try .json(
            GatewayList(
                gateways: page,
                nextCursor: rest.count > limit ? page.last?.gatewayID : nil
            )
        ).tagged(for: call)
    }

    func makeEnrolmentToken(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let life = try call.body.optionalInteger("expires_seconds", EnrolmentTokenRequest.lives)
        let token = try await announced(call, .gatewayEnrolmentToken, call.id) {
            () async throws(Refusal) in
            try Self.requireGateway(call.id)
            let request = EnrolmentTokenRequest(gatewayID: call.id, expiresSeconds: life ?? 3_600)
            let token = try await Self.asked { () async throws(PolicyPlaneError) in
                try await plane.enrolmentToken(request)
            }
            return (token, "expires \(AdminTime.text(token.expiresAt))")
        }
        return try .json(token, .created).secret()
    }

    func setMaintenance(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        let on = try call.body.flag("maintenance")
        try await announced(call, .gatewayMaintenance, call.id) { () async throws(Refusal) in
            try Self.requireGateway(call.id)
            try await Self.asked { () async throws(PolicyPlaneError) in
                try await plane.setMaintenance(call.id, on)
            }
            return ((), on ? "on" : "off")
        }
        return .noContent
    }

    func revokeGateway(_ call: AdminCall) async throws(Refusal) -> AdminReply {
        try await announced(call, .gatewayRevoke, call.id) { () async throws(Refusal) in
            try Self.requireGateway(call.id)
            try await Self.asked { () async throws(PolicyPlaneError) in
                try await plane.revoke(call.id)
            }
            return ((), "")
        }
        return .noContent
    }

    /// The id goes into a path of the policy service.
    private static func requireGateway(_ id: String) throws(Refusal) {
        guard Identifier.isValid(id) else { throw .missing("gateway of that id") }
    }

    /// Has the policy service do something; asking it twice does no harm.
    private static func asked<Answer>(
        _ ask: () async throws(PolicyPlaneError) -> Answer
    ) async throws(Refusal) -> Answer {
        do throws(PolicyPlaneError) {
            return try await ask()
        } catch .unreachable(let reason) {
            throw Refusal.outcomeUnknown(reason)
        } catch {
            throw ConfigurationDesk.refusal(error)
        }
    }
}
