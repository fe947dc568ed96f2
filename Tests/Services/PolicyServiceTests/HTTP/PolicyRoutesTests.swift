// The service over its sockets: who may ask what, and a publication from end to end.

import ClawgressBundle
import ClawgressContract
import ClawgressJWS
import ClawgressMesh
import ClawgressModel
import ClawgressPolicyService
import HTTPTypes
import Testing

@Suite("the policy service's routes", .timeLimit(.minutes(2)))
struct PolicyRoutesTests {
    private static let forAdmin: [(HTTPRequest.Method, String)] = [
        (.post, PolicyPaths.publications), (.get, PolicyPaths.publications),
        (.get, PolicyPaths.publication("r")), (.delete, PolicyPaths.publication("r")),
        (.post, PolicyPaths.confirmation(serial: 1)),
        (.get, PolicyPaths.gateways), (.post, PolicyPaths.enrolmentTokens),
        (.put, PolicyPaths.maintenance("gw-1")), (.delete, PolicyPaths.gateway("gw-1")),
    ]
    private static let forGateways: [(HTTPRequest.Method, String)] = [
        (.get, PolicyPaths.stream), (.get, PolicyPaths.bundle(epoch: 1, serial: 1)),
        (.post, PolicyPaths.reports),
    ]

    private func code(
        _ client: MeshClient,
        _ route: (HTTPRequest.Method, String)
    ) async throws -> String {
        let answer = try await client.send(MeshRequest(route.0, route.1))
        return try decode(Problem.self, answer).code
    }

    @Test("each route refuses everybody whom it is not for")
    func matrix() async throws {
        let network = try await PolicyNetwork()
        let stranger = network.stranger()
        let policy = try network.client("other-policy", "policy/other")
        let admin = try network.client("admin", "admin-api/admin-api")
        // Certificates of the authority, but never enrolled here.
        let gateway = try network.client("gw", "gateway/gw-1")
        for route in Self.forAdmin + Self.forGateways {
            #expect(try await code(stranger, route) == "certificate_required", "\(route)")
            #expect(try await code(policy, route) == "identity_refused", "\(route)")
        }
        for route in Self.forAdmin {
            #expect(try await code(gateway, route) == "identity_refused", "\(route)")
        }
        for route in Self.forGateways {
            #expect(try await code(admin, route) == "identity_refused", "\(route)")
            #expect(try await code(gateway, route) == "gateway_revoked", "\(route)")
        }
        #expect(try await code(stranger, (.get, PolicyPaths.metrics)) == "certificate_required")
        #expect(try await code(admin, (.get, "/v1/nothing")) == "not_found")
        try await network.stop()
    }

    private func token(_ admin: MeshClient, _ gatewayID: String) async throws -> String {
        let request = EnrolmentTokenRequest(gatewayID: gatewayID, expiresSeconds: 600)
        let answer = try await admin.send(
            MeshRequest(.post, PolicyPaths.enrolmentTokens, body: try encode(request))
        )
        #expect(answer.status == 201)
        return try decode(EnrolmentToken.self, answer).token
    }

    private func report(_ gateway: MeshClient, _ report: PolicyReport) async throws {
        let body = Array(report.text.utf8)
        let answer = try await gateway.send(MeshRequest(.post, PolicyPaths.reports, body: body))
        #expect(answer.status == 204)
    }

    private func publication(_ name: String) throws -> [UInt8] {
        PublicationRequest.body(
            head: try encode(
                PublicationRequest(
                    requestID: "request-\(name)",
                    revision: content(name).contentRevision()
                )
            ),
            content: content(name).canonicalJSON()
        )
    }

    @Test("a gateway enrols, agrees, serves, and is revoked at once")
    func endToEnd() async throws {
        let network = try await PolicyNetwork()
        let admin = try network.client("admin", "admin-api/admin-api")
        let token = try await token(admin, "gw-1")
        let (enrolled, folder) = try await network.enrol("gw-1", token: token)
        await #expect(throws: Problem.self) { try await network.enrol("gw-1", token: token) }
        let root = try VerificationKey(jwkText: enrolled.rootKey)
        let keySet = try KeySet.verify(Array(enrolled.keySet.utf8), rootKey: root)
        let gateway = network.client(.folder(folder))
        var lines = try await gateway.lines(MeshRequest(.get, PolicyPaths.stream))
            .makeAsyncIterator()
        func line() async throws -> PolicyStreamLine {
            let bytes = try #require(try await lines.next())
            return try PolicyStreamLine(parsing: String(decoding: bytes, as: UTF8.self))
        }
        #expect(try await line() == .welcome(latest: nil, keySet: enrolled.keySet))
        let state = GatewayReportedState(
            bootID: "b",
            active: nil,
            prepared: nil,
            ready: true,
            keySetVersion: 1,
            productVersion: "1"
        )
        try await report(gateway, .state(state))
        let body = try publication("first")
        async let answer = admin.send(MeshRequest(.post, PolicyPaths.publications, body: body))
        let bundle = BundleReference(
            epoch: 1,
            serial: 1,
            revision: content("first").contentRevision()
        )
        #expect(try await line() == .prepare(bundle))
        let fetched = try await gateway.send(
            MeshRequest(.get, PolicyPaths.bundle(epoch: 1, serial: 1))
        )
        let signer = try #require(keySet.entries.first?.key)
        #expect(
            try SignedBundle.verify(fetched.body, trustedKeys: [signer]).revision == bundle.revision
        )
        try await report(gateway, .prepared(epoch: 1, serial: 1))
        #expect(try await line() == .activate(bundle))
        try await report(gateway, .activated(epoch: 1, serial: 1))
        let published = try decode(Publication.self, try await answer)
        #expect(published.state == .decided)
        #expect(published.rollout.map(\.state) == ["activated"])
        let asked = try await admin.send(
            MeshRequest(.get, PolicyPaths.publication("request-first"))
        )
        #expect(try decode(Publication.self, asked) == published)
        let kept = try await admin.send(
            MeshRequest(.delete, PolicyPaths.publication("request-first"))
        )
        #expect(try decode(Publication.self, kept) == published)
        let newest = try await admin.send(MeshRequest(.get, PolicyPaths.newest(.decided)))
        #expect(try decode(PublicationPage.self, newest).publications == [published])
        let wrong = try await code(admin, (.get, PolicyPaths.publications + "?state=x"))
        #expect(wrong == "malformed_request")
        let unheard = MeshRequest(.delete, PolicyPaths.publication("request-other"))
        #expect(try await admin.send(unheard).status == 204)
        let revoked = try await admin.send(
            MeshRequest(.delete, PolicyPaths.gateway("gw-1"))
        )
        #expect(revoked.status == 204)
        let end = try await lines.next()
        #expect(end == nil)
        #expect(try await code(gateway, Self.forGateways[0]) == "gateway_revoked")
        try await network.stop()
    }

    @Test("gives any service of the mesh numbers for a scraper")
    func metrics() async throws {
        let network = try await PolicyNetwork()
        let scraper = try network.client("scraper", "audit/scraper")
        func lines() async throws -> [String] {
            let answer = try await scraper.send(MeshRequest(.get, PolicyPaths.metrics))
            #expect(answer.status == 200)
            let text = String(decoding: answer.body, as: UTF8.self)
            return text.split(separator: "\n").map(String.init)
        }
        let before = try await lines()
        #expect(before.contains("clawgress_policy_key_set_version 1"))
        #expect(before.contains(#"clawgress_policy_alert{alert="signing_key_expires"} 0"#))
        #expect(before.contains(#"clawgress_policy_gateways{state="enrolled"} 0"#))
        #expect(!before.contains { $0.hasPrefix("clawgress_policy_bundle_serial") })
        let admin = try network.client("admin", "admin-api/admin-api")
        _ = try await network.enrol("gw-1", token: try await token(admin, "gw-1"))
        _ = try await network.service.plane.publish(wish("first"))
        network.bench.clock.advance(RootCeremony.keyLife - 100)
        let after = try await lines()
        #expect(after.contains("clawgress_policy_signing_key_expires_seconds 100"))
        #expect(after.contains(#"clawgress_policy_alert{alert="signing_key_expires"} 1"#))
        #expect(after.contains(#"clawgress_policy_gateways{state="enrolled"} 1"#))
        #expect(after.contains("clawgress_policy_bundle_serial 1"))
        try await network.stop()
    }

    @Test("says what is wrong with a body")
    func malformed() async throws {
        let network = try await PolicyNetwork()
        let admin = try network.client("admin", "admin-api/admin-api")
        func code(_ text: String) async throws -> String {
            let request = MeshRequest(.post, PolicyPaths.publications, body: Array(text.utf8))
            return try decode(Problem.self, try await admin.send(request)).code
        }
        #expect(try await code("") == "malformed_request")
        #expect(try await code(#"{"request_id":"r","revision":"x"}"#) == "malformed_request")
        #expect(try await code(#"{"revision":"x","content":{}}"#) == "malformed_request")
        #expect(
            try await code(#"{"request_id":"r","revision":"x","content":{}}"#)
                == "content_refused"
        )
        let good = String(decoding: content("c").canonicalJSON(), as: UTF8.self)
        #expect(
            try await code(#"{"request_id":"reversion-1","revision":"x","content":\#(good)}"#)
                == "malformed_request"
        )
        #expect(
            try await code(#"{"request_id":"r","revision":"x","content":\#(good)}"#)
                == "revision_mismatch"
        )
        try await network.stop()
    }
}
