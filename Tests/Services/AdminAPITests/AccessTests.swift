// The first start, passwords, tokens, and how failures are counted.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import Foundation
import HTTPTypes
import Testing

@Suite("Access")
struct AccessTests {
    private static let password = "correct horse battery"

    @Test("the bootstrap token lets one user in, once")
    func bootstrap() async throws {
        let world = try AdminWorld()
        let lost = try #require(try world.api.bootstrapToken())
        let token = try #require(try world.api.bootstrapToken())
        #expect(try await world.send(.get, "/v1/whoami", lost).status == 401)
        #expect(try await world.send(.get, "/v1/events", token).code == "bootstrap_only")
        let body = #"{"password":"\#(Self.password)"}"#
        let first = try await world.send(.put, "/v1/users/alice/password", token, body)
        #expect(first.status == 204, "\(first.text)")
        #expect(try world.api.bootstrapToken() == nil)
        let second = try await world.send(.put, "/v1/users/mallory/password", token, body)
        #expect(second.status == 401)
        let login = try await world.send(
            .post,
            "/v1/login",
            nil,
            #"{"user":"alice","password":"\#(Self.password)"}"#
        )
        #expect(login.status == 200, "\(login.text)")
        #expect(try login.member("role") == "admin")
        let session = try login.member("token")
        #expect(try await world.send(.get, "/v1/whoami", session).member("user") == "alice")
        #expect(try await world.send(.post, "/v1/logout", session).status == 204)
        #expect(try await world.send(.get, "/v1/whoami", session).status == 401)
    }

    @Test("wrong passwords are counted for the user and for the source")
    func budget() async throws {
        let world = try AdminWorld()
        _ = try await world.admin()
        let wrong = #"{"user":"nobody","password":"wrong"}"#
        for attempt in 0..<10 {
            let answer = try await world.send(
                .post,
                "/v1/login",
                nil,
                wrong,
                source: "192.0.2.\(attempt)"
            )
            #expect(answer.code == "login_refused")
        }
        let late = try await world.send(.post, "/v1/login", nil, wrong, source: "192.0.2.99")
        #expect(late.status == 429)
        #expect(late.fields[.retryAfter].flatMap { Int($0) } != nil)
    }

    @Test("a valid token passes beside a flood of invalid ones")
    func flood() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        var last = 0
        for _ in 0..<40 { last = try await world.send(.get, "/v1/whoami", "cgo_x_y").status }
        #expect(last == 429)
        #expect(try await world.send(.get, "/v1/whoami", admin).status == 200)
    }

    @Test("tokens end by time and by revocation")
    func ends() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let made = try await world.send(
            .post,
            "/v1/tokens",
            admin,
            #"{"name":"short","expires_seconds":60}"#
        )
        let token = try made.member("token")
        #expect(try await world.send(.get, "/v1/whoami", token).status == 200)
        world.pass(seconds: 60)
        #expect(try await world.send(.get, "/v1/whoami", token).status == 401)
        let other = try await world.send(.post, "/v1/tokens", admin, #"{"name":"other"}"#)
        let path = "/v1/tokens/\(try other.member("id"))"
        #expect(try await world.send(.delete, path, admin).status == 204)
        #expect(try await world.send(.get, "/v1/whoami", try other.member("token")).status == 401)
    }

    @Test("no secret is in any file of the state folder")
    func secrets() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        try await world.commit(admin, AdminWorld.agent)
        var secrets = [Self.password, admin]
        let body = #"{"password":"\#(Self.password)"}"#
        let set = try await world.send(.put, "/v1/users/admin/password", admin, body)
        #expect(set.status == 204, "\(set.text)")
        let login = try await world.send(
            .post,
            "/v1/login",
            nil,
            #"{"user":"admin","password":"\#(Self.password)"}"#
        )
        secrets.append(try login.member("token"))
        let name = try #require(HTTPField.Name("Idempotency-Key"))
        let key = try await world.send(
            .post,
            "/v1/agents/crawler/keys",
            admin,
            nil,
            fields: [name: "k1"]
        )
        #expect(key.status == 201, "\(key.text)")
        secrets.append(try key.member("key"))
        let enrolment = try await world.send(.post, "/v1/gateways/gw-2/enrolment-token", admin)
        secrets.append(try enrolment.member("token"))
        try expectAbsent(secrets, in: world.folder)
    }

    private func expectAbsent(_ secrets: [String], in folder: String) throws {
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            guard let content = FileManager.default.contents(atPath: "\(folder)/\(file)") else {
                // A folder; whatever else cannot be read must not pass for clean.
                try #require(["spool"].contains(file))
                continue
            }
            for secret in secrets {
                // The part that is secret: ids are public and are kept.
                let hidden = secret.split(separator: "_").last.map(String.init) ?? secret
                #expect(content.range(of: Data(hidden.utf8)) == nil, "in \(file)")
                let raw = Data(hidden.utf8).base64EncodedData()
                #expect(content.range(of: raw) == nil, "in \(file)")
            }
        }
    }
}
