// Tokens that are limited to parts of the API: every route, asked with each scope alone, and every way to
// get more than one has.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("Scopes")
struct ScopeTests {
    private func token(
        _ world: AdminWorld,
        _ maker: String,
        _ scopes: [AdminScope]
    ) async throws -> Answer {
        let list = scopes.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        let body = #"{"name":"limited","scopes":[\#(list)]}"#
        return try await world.send(.post, "/v1/tokens", maker, body)
    }

    @Test("each route takes its own scope and no other")
    func matrix() async throws {
        let world = try AdminWorld()
        let admin = try #require(try await world.staff()[.admin])
        for scope in AdminScope.allCases {
            let limited = try await token(world, admin, [scope]).member("token")
            for route in AdminRoute.all where route.roles != nil && route.path != "/v1/logout" {
                let path = route.pathOfNobody
                let body = route.takesBody ? "{}" : nil
                let answer = try await world.send(route.method, path, limited, body)
                let isRefused = answer.status == 403 && answer.code == "scope_insufficient"
                let isOpen = route.scope.map { $0 == scope } ?? true
                #expect(isOpen != isRefused, "\(route.method) \(path): \(answer.text)")
            }
        }
    }

    @Test("a change at once needs the scope to commit as well, and revoking a key does not")
    func atOnce() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        try await world.commit(admin, AdminWorld.agent)
        let writer = try await token(world, admin, [.writeConfiguration]).member("token")
        let committer = try await token(world, admin, [.writeConfiguration, .commit])
            .member("token")
        let keys = try await token(world, admin, [.keys]).member("token")
        let quota = #"{"rps-limit":5}"#
        let disabled = """
            {"team":"research","project":"p","environment":"dev","status":"disabled"}
            """
        for (path, body) in [
            ("/v1/quotas/crawler?commit=true", quota), ("/v1/agents/crawler", disabled),
        ] {
            let refused = try await world.send(.put, path, writer, body)
            #expect(refused.code == "scope_insufficient", "\(refused.text)")
            let taken = try await world.send(.put, path, committer, body)
            #expect(taken.status < 300, "\(taken.text)")
        }
        let path = "/v1/agents/crawler/keys"
        let refused = try await world.send(.post, path + "?commit=true", keys)
        #expect(refused.code == "scope_insufficient")
        let made = try await world.send(.post, path + "?commit=true", admin).member("key_id")
        #expect(try await world.send(.delete, "\(path)/\(made)", keys).status == 200)
    }

    @Test("a limited token makes no other that may more, revokes none and sets no password")
    func ceiling() async throws {
        let world = try AdminWorld()
        let admin = try #require(try await world.staff()[.admin])
        let made = try await token(world, admin, [.users, .keys])
        #expect(try made.json["scopes"]?.elements?.compactMap(\.text) == ["keys", "users"])
        let limited = try made.member("token")
        let whole = try await world.send(.get, "/v1/whoami", admin).member("credential_id")
        let more = [
            try await token(world, limited, [.keys, .commit]),
            try await world.send(.delete, "/v1/tokens/\(whole)", limited),
            try await world.send(
                .put,
                "/v1/users/olga/password",
                limited,
                #"{"password":"long enough for anybody"}"#
            ),
        ]
        for answer in more { #expect(answer.code == "scope_insufficient", "\(answer.text)") }
        let same = try await world.send(.post, "/v1/tokens", limited, #"{"name":"same"}"#)
        #expect(try same.json["scopes"]?.elements?.count == 2)
        let less = try await token(world, limited, [.keys])
        #expect(less.status == 201, "\(less.text)")
        let id = try less.member("id")
        #expect(try await world.send(.delete, "/v1/tokens/\(id)", limited).status == 204)
        let unknown = #"{"name":"x","scopes":["everything"]}"#
        #expect(try await world.send(.post, "/v1/tokens", admin, unknown).code == "body_refused")
    }

    @Test("a limited token changes users only if it is for that, whatever way it takes")
    func users() async throws {
        let world = try AdminWorld()
        let admin = try #require(try await world.staff()[.admin])
        let edit = #"{"edits":["set user mallory role admin"]}"#
        let parts: [AdminScope] = [.writeConfiguration, .commit]
        let limited = try await token(world, admin, parts).member("token")
        #expect(try await world.send(.post, "/v1/candidate/edit", limited, edit).status == 200)
        let refused = try await world.send(.post, "/v1/opmode/configure", limited)
        #expect(refused.code == "scope_insufficient", "\(refused.text)")
        let able = try await token(world, admin, parts + [.users]).member("token")
        #expect(try await world.send(.post, "/v1/candidate/edit", able, edit).status == 200)
        #expect(try await world.send(.post, "/v1/opmode/configure", able).status == 200)
    }

    @Test("a configuration may not rely on an admin who has a limited token only")
    func lastAdmin() async throws {
        let world = try AdminWorld()
        let admin = try #require(try await world.staff()[.admin])
        try await world.commit(admin, #""set user berta role admin""#)
        let body = #"{"name":"berta's","user":"berta","scopes":["commit"]}"#
        #expect(try await world.send(.post, "/v1/tokens", admin, body).status == 201)
        let edit = #"{"edits":["delete user admin"]}"#
        #expect(try await world.send(.post, "/v1/candidate/edit", admin, edit).status == 200)
        let answer = try await world.send(.post, "/v1/opmode/configure", admin)
        #expect(answer.text.contains("admin_missing"), "\(answer.text)")
    }

    @Test("the first token cannot be limited")
    func first() async throws {
        let world = try AdminWorld()
        let bootstrap = try #require(try world.api.bootstrapToken())
        #expect(try await token(world, bootstrap, [.commit]).code == "body_refused")
        #expect(
            try await world.send(.post, "/v1/tokens", bootstrap, #"{"name":"x"}"#).status == 201
        )
    }
}
