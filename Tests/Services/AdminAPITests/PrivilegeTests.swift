// What a limited credential must not become, and how nobody is locked out: each of these was possible
// once.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("Privileges")
struct PrivilegeTests {
    private static let password = #"{"password":"correct horse battery"}"#

    @Test("a limited token cannot make itself more than it is")
    func limited() async throws {
        let world = try AdminWorld()
        let admin = try await world.staff()[.admin] ?? ""
        let owner = try await world.send(.get, "/v1/whoami", admin).member("credential_id")
        let body = #"{"name":"reader","role":"read-only","expires_seconds":600}"#
        let reader = try await world.send(.post, "/v1/tokens", admin, body)
        let token = try reader.member("token")

        let password = "/v1/users/admin/password"
        let set = try await world.send(.put, password, token, Self.password)
        #expect(set.code == "role_insufficient")
        #expect(try await world.send(.delete, "/v1/tokens/\(owner)", token).status == 403)
        #expect(try await world.send(.get, "/v1/whoami", admin).status == 200)

        let wish = #"{"name":"longer","expires_seconds":86400}"#
        let longer = try await world.send(.post, "/v1/tokens", token, wish)
        #expect(longer.status == 201, "\(longer.text)")
        #expect(try longer.member("expires_at") == (try reader.member("expires_at")))
        // Itself it may end, and what is like it.
        for id in [try longer.member("id"), try reader.member("id")] {
            #expect(try await world.send(.delete, "/v1/tokens/\(id)", token).status == 204)
        }
        #expect(try await world.send(.put, password, admin, Self.password).status == 204)
    }

    @Test("guesses that are made at once have one budget")
    func parallel() async throws {
        let world = try AdminWorld()
        _ = try await world.admin()
        let codes = try await withThrowingTaskGroup(of: String?.self) { group in
            for attempt in 0..<24 {
                group.addTask {
                    try await world.send(
                        .post,
                        "/v1/login",
                        nil,
                        #"{"user":"admin","password":"wrong"}"#,
                        source: "192.0.2.\(attempt)"
                    ).code
                }
            }
            return try await group.reduce(into: [String: Int]()) { $0[$1 ?? "", default: 0] += 1 }
        }
        #expect(codes == ["login_refused": 10, "failures_too_many": 14])
    }

    @Test("who logs in rightly pays nothing for it")
    func refund() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        #expect(
            try await world.send(.put, "/v1/users/admin/password", admin, Self.password).status
                == 204
        )
        let login = #"{"user":"admin","password":"correct horse battery"}"#
        for _ in 0..<12 {
            #expect(try await world.send(.post, "/v1/login", nil, login).status == 200)
        }
    }

    @Test("a configuration keeps an admin who can get in")
    func keepsAnAdmin() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let edits = #"{"edits":["set user carol role admin"]}"#
        #expect(try await world.send(.post, "/v1/candidate/edit", admin, edits).status == 200)
        let refused = try await world.send(.post, "/v1/opmode/configure", admin)
        #expect(refused.status == 422)
        #expect(refused.text.contains("admin_missing"))
        try await world.commit(admin, #""set user admin role admin""#)
        let set = try await world.send(.put, "/v1/users/carol/password", admin, Self.password)
        #expect(set.status == 204, "\(set.text)")
        let answer = try await world.commit(admin, #""delete user admin""#)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try await world.send(.get, "/v1/whoami", admin).status == 401)
        let login = #"{"user":"carol","password":"correct horse battery"}"#
        #expect(try await world.send(.post, "/v1/login", nil, login).status == 200)
    }

    @Test("what may be taken back costs nobody a credential, and what stays does")
    func confirm() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let admin = try #require(tokens[.admin])
        let olga = try #require(tokens[.operator])
        let minutes = #"{"confirm_minutes":5}"#
        let commits = try await world.send(.get, "/v1/commits", admin).json
        let before = try #require(commits["items"]?.elements?.first?["revision"]?.text)
        let answer = try await world.commit(admin, #""delete user olga""#, minutes)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try await world.send(.get, "/v1/whoami", olga).status == 401)
        world.plane.revert(to: before)
        try await world.api.follow()
        #expect(try await world.send(.get, "/v1/whoami", olga).status == 200)
        #expect(try await world.commit(admin, #""delete user olga""#).status == 200)
        #expect(try await world.commit(admin, #""set user olga role operator""#).status == 200)
        #expect(try await world.send(.get, "/v1/whoami", olga).status == 401)
    }

    @Test("only admins stop an agent without a gateway's consent, and only at once")
    func excludes() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let admin = try #require(tokens[.admin])
        try await world.commit(admin, AdminWorld.agent)
        let keys = "/v1/agents/crawler/keys"
        let made = try await world.send(.post, keys + "?commit=true", admin)
        let key = "\(keys)/\(try made.member("key_id"))?exclude_gateways=gw-1,gw-2"
        let agent = "/v1/agents/crawler?exclude_gateways=gw-1"
        func body(_ status: String) -> String {
            #"{"team":"t","project":"p","environment":"dev","status":"\#(status)"}"#
        }
        for answer in [
            try await world.send(.delete, key, tokens[.operator]),
            try await world.send(.put, agent, tokens[.operator], body("disabled")),
        ] {
            #expect(answer.code == "role_insufficient", "\(answer.text)")
        }
        let later = try await world.send(.put, agent, admin, body("active"))
        #expect(later.code == "nothing_to_exclude_from", "\(later.text)")
        for name in ["", "gw-1,", "GW"] {
            let path = "\(keys)/x?exclude_gateways=\(name)"
            #expect(try await world.send(.delete, path, admin).code == "parameter_refused")
        }
        let revoked = try await world.send(.delete, key, admin)
        #expect(revoked.status == 200, "\(revoked.text)")
        let disabled = try await world.send(.put, agent, admin, body("disabled"))
        #expect(disabled.status == 200, "\(disabled.text)")
        #expect(world.plane.excluded.suffix(2) == [["gw-1", "gw-2"], ["gw-1"]])
        let events = try await world.send(.get, "/v1/events", admin)
        #expect(events.text.contains("forced without gw-1, gw-2; "))
    }

    @Test("only configurations may be large, and only from those who may write them")
    func bodies() async throws {
        let world = try AdminWorld()
        let large: HTTPFields = [.contentLength: "65537"]
        let login = try await world.send(.post, "/v1/login", nil, "{}", fields: large)
        #expect(login.code == "body_too_large")
        let edit = try await world.send(.post, "/v1/candidate/edit", nil, "{}", fields: large)
        #expect(edit.status == 401)
        let admin = try await world.admin()
        let accepted = #"{"edits":[]}"#
        let taken = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            accepted,
            fields: large
        )
        #expect(taken.code != "body_too_large")
    }
}
