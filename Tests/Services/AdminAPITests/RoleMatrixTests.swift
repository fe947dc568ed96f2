// Every route, asked by every role and by nobody.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("Roles")
struct RoleMatrixTests {
    @Test("each route takes the roles of the table and no other")
    func matrix() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        for route in AdminRoute.all where route.path != "/v1/logout" {
            for role in AdminRole.allCases {
                let answer = try await world.send(
                    route.method,
                    route.pathOfNobody,
                    tokens[role],
                    route.takesBody ? "{}" : nil
                )
                let isAllowed = route.roles?.contains(role) ?? true
                let isRefused = answer.status == 403 && answer.code == "role_insufficient"
                // Some operations are narrower for what is named; those say so behind the door.
                let mayBeRefused =
                    route.path == "/v1/users/{id}/password" && role != .admin
                #expect(
                    isAllowed != isRefused || mayBeRefused,
                    "\(route.method) \(route.path) as \(role): \(answer.status) \(answer.text)"
                )
                #expect(answer.status < 500 || answer.status == 503)
            }
        }
    }

    @Test("each route with roles refuses whoever has no credential")
    func anonymous() async throws {
        let world = try AdminWorld()
        for route in AdminRoute.all where route.roles != nil {
            let answer = try await world.send(
                route.method,
                route.pathOfNobody,
                nil,
                route.takesBody ? "{}" : nil
            )
            #expect(answer.status == 401, "\(route.method) \(route.path)")
            #expect(answer.fields[.wwwAuthenticate] == "Bearer")
        }
    }

    @Test("a role that was taken away is gone with the next request")
    func taken() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let admin = try #require(tokens[.admin])
        #expect(try await world.send(.get, "/v1/candidate", tokens[.operator]).status == 200)
        let answer = try await world.send(
            .put,
            "/v1/users/olga?commit=true",
            admin,
            #"{"role":"operator","status":"disabled"}"#
        )
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try await world.send(.get, "/v1/candidate", tokens[.operator]).status == 401)
    }

    @Test("a token cannot have more than its maker")
    func ceiling() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let operatorToken = try #require(tokens[.operator])
        let more = try await world.send(
            .post,
            "/v1/tokens",
            operatorToken,
            #"{"name":"x","role":"admin"}"#
        )
        #expect(more.status == 403)
        let less = try await world.send(
            .post,
            "/v1/tokens",
            operatorToken,
            #"{"name":"x","role":"read-only"}"#
        )
        #expect(less.status == 201)
        let token = try less.member("token")
        #expect(try await world.send(.get, "/v1/candidate", token).status == 403)
    }

    @Test("nobody can be left without an admin")
    func lockout() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let answer = try await world.send(
            .put,
            "/v1/users/olga?commit=true",
            admin,
            #"{"role":"operator"}"#
        )
        #expect(answer.status == 422)
        #expect(answer.text.contains("admin_missing"))
    }

    @Test("users are changed by admins only, whichever way")
    func usersForAdmins() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let operatorToken = try #require(tokens[.operator])
        let edit = #"{"edits":["set user olga role admin"]}"#
        #expect(
            try await world.send(.post, "/v1/candidate/edit", operatorToken, edit).status == 200
        )
        let refused = try await world.send(.post, "/v1/opmode/configure", operatorToken)
        #expect(refused.status == 403)
        #expect(refused.code == "role_insufficient")
        #expect(refused.text.contains("user olga role"))
    }

    @Test("there is no way back to no users")
    func usersStay() async throws {
        let world = try AdminWorld()
        let admin = try #require(try await world.staff()[.admin])
        let edit = #"{"edits":["delete user"]}"#
        #expect(try await world.send(.post, "/v1/candidate/edit", admin, edit).status == 200)
        let refused = try await world.send(.post, "/v1/opmode/configure", admin)
        #expect(refused.status == 422)
        #expect(refused.text.contains("admin_missing"))
    }

    @Test("a later user of the same name is somebody else")
    func sameName() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let admin = try #require(tokens[.admin])
        let password = #"{"password":"correct horse battery"}"#
        _ = try await world.send(.put, "/v1/users/olga/password", admin, password)
        for _ in 0..<2 {
            let gone = try await world.send(.delete, "/v1/users/olga?commit=true", admin)
            #expect(gone.status == 200, "\(gone.text)")
            let made = try await world.send(
                .put,
                "/v1/users/olga?commit=true",
                admin,
                #"{"role":"operator"}"#
            )
            #expect(made.status == 201, "\(made.text)")
        }
        #expect(try await world.send(.get, "/v1/candidate", tokens[.operator]).status == 401)
        let login = #"{"user":"olga","password":"correct horse battery"}"#
        #expect(try await world.send(.post, "/v1/login", nil, login).code == "login_refused")
    }
}
