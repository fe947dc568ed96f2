// clawgress-policy over the mesh.

import ClawgressContract
import ClawgressJWS
import ClawgressMesh
import Foundation
import HTTPTypes

/// The policy service, reached over mutual TLS.
struct MeshPolicyPlane: PolicyPlane {
    let client: MeshClient

    /// A publication waits for gateways (5 s) and for the disk.
    private static var publishSeconds: Double { 15 }
    private static var askSeconds: Double { 5 }

    func publish(
        _ request: PublicationRequest,
        content: [UInt8]
    ) async throws(PolicyPlaneError) -> Publication {
        let body = PublicationRequest.body(head: try Self.encoded(request), content: content)
        return try await ask(
            MeshRequest(.post, PolicyPaths.publications, body: body),
            seconds: Self.publishSeconds
        )
    }

    func withdraw(_ requestID: String) async throws(PolicyPlaneError) -> Publication? {
        let body = try await send(
            MeshRequest(.delete, PolicyPaths.publication(requestID)),
            seconds: Self.askSeconds
        )
        return body.isEmpty ? nil : try Self.decoded(body)
    }

    func latest() async throws(PolicyPlaneError) -> Publication? {
        let page: PublicationPage = try await ask(
            MeshRequest(.get, PolicyPaths.newest(.decided))
        )
        return page.publications.first
    }

    func confirm(serial: Int64, requestID: String) async throws(PolicyPlaneError) -> Publication {
        try await ask(
            MeshRequest(
                .post,
                PolicyPaths.confirmation(serial: serial),
                body: try Self.encoded(ConfirmationRequest(requestID: requestID))
            ),
            seconds: Self.publishSeconds
        )
    }

    func gateways() async throws(PolicyPlaneError) -> [GatewayStatus] {
        let list: GatewayList = try await ask(MeshRequest(.get, PolicyPaths.gateways))
        return list.gateways
    }

    func enrolmentToken(
        _ request: EnrolmentTokenRequest
    ) async throws(PolicyPlaneError) -> EnrolmentToken {
        try await ask(
            MeshRequest(.post, PolicyPaths.enrolmentTokens, body: try Self.encoded(request))
        )
    }

    func setMaintenance(_ gatewayID: String, _ on: Bool) async throws(PolicyPlaneError) {
        _ = try await send(
            MeshRequest(
                .put,
                PolicyPaths.maintenance(gatewayID),
                body: try Self.encoded(MaintenanceRequest(maintenance: on))
            ),
            seconds: Self.askSeconds
        )
    }

    func revoke(_ gatewayID: String) async throws(PolicyPlaneError) {
        _ = try await send(
            MeshRequest(.delete, PolicyPaths.gateway(gatewayID)),
            seconds: Self.askSeconds
        )
    }

    private func ask<Answer: Decodable>(
        _ request: MeshRequest,
        seconds: Double = MeshPolicyPlane.askSeconds
    ) async throws(PolicyPlaneError) -> Answer {
        try Self.decoded(try await send(request, seconds: seconds))
    }

    private static func decoded<Answer: Decodable>(
        _ body: [UInt8]
    ) throws(PolicyPlaneError) -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(body))
        } catch {
            throw .unreachable("its answer cannot be read")
        }
    }

    private func send(
        _ request: MeshRequest,
        seconds: Double
    ) async throws(PolicyPlaneError) -> [UInt8] {
        let response: MeshResponse
        do throws(MeshError) {
            response = try await client.send(request, seconds: seconds)
        } catch {
            throw .unreachable(error.description)
        }
        if (200..<300).contains(response.status) { return response.body }
        let problem = try? StrictJSON.read(response.body.span)
        // A failure of its own says nothing about whether it did what it was asked.
        guard let problem, response.status < 500 else {
            throw .unreachable("it answered \(response.status)")
        }
        throw .refused(PolicyRefusal(status: response.status, problem))
    }

    private static func encoded(_ value: some Encodable) throws(PolicyPlaneError) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(value))
        } catch {
            throw .unreachable("the request could not be written")
        }
    }
}

extension PolicyRefusal {
    /// Reads problem+json, of which every member may be missing.
    init(status: Int, _ problem: JSONValue) {
        self.init(
            status: status,
            code: problem["code"]?.text ?? "unknown",
            detail: problem["detail"]?.text ?? "",
            refusals: (problem["refusals"]?.elements ?? []).map {
                RolloutEntry(
                    gatewayID: $0["gateway_id"]?.text ?? "",
                    state: $0["state"]?.text ?? "refused",
                    code: $0["code"]?.text,
                    reason: $0["reason"]?.text
                )
            },
            problems: (problem["errors"]?.elements ?? []).map {
                ProblemItem(
                    path: $0["path"]?.text,
                    message: $0["message"]?.text ?? "",
                    code: $0["code"]?.text
                )
            }
        )
    }
}
