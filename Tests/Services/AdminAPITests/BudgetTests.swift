// Who pays for whose failures.

import ClawgressAdminAPI
import ClawgressContract
import HTTPTypes
import Testing

@Suite("Budgets", .timeLimit(.minutes(5)))
struct BudgetTests {
    private static let right = #"{"user":"admin","password":"correct horse battery"}"#
    private static let wrong = #"{"user":"admin","password":"wrong"}"#

    private func withPassword() async throws -> AdminWorld {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let body = #"{"password":"correct horse battery"}"#
        let set = try await world.send(.put, "/v1/users/admin/password", admin, body)
        #expect(set.status == 204, "\(set.text)")
        return world
    }

    private func login(_ world: AdminWorld, _ body: String, from source: String) async throws
        -> Answer
    {
        try await world.send(.post, "/v1/login", nil, body, source: source)
    }

    @Test("strangers everywhere do not keep a user out where that user has been before")
    func knownSource() async throws {
        let world = try await withPassword()
        var limits = AdminLimits()
        limits.userFailuresPerMinute = 3
        try world.start(limits)
        #expect(try await login(world, Self.right, from: "192.0.2.1").status == 200)
        for stranger in 1...3 {
            let answer = try await login(world, Self.wrong, from: "198.51.100.\(stranger)")
            #expect(answer.code == "login_refused")
        }
        #expect(try await login(world, Self.right, from: "198.51.100.99").status == 429)
        #expect(try await login(world, Self.right, from: "192.0.2.1").status == 200)
        // Also behind a restart, after which everybody's failures begin anew.
        try world.start(limits)
        for stranger in 1...3 {
            _ = try await login(world, Self.wrong, from: "198.51.100.\(stranger)")
        }
        #expect(try await login(world, Self.right, from: "192.0.2.1").status == 200)
        // Who guesses there is stopped there.
        for _ in 1...3 { _ = try await login(world, Self.wrong, from: "192.0.2.1") }
        #expect(try await login(world, Self.right, from: "192.0.2.1").status == 429)
    }

    @Test("a source that is refused costs the user whom it names nothing")
    func sourceFirst() async throws {
        let world = try await withPassword()
        for _ in 0..<31 { _ = try await world.send(.get, "/v1/whoami", "cgo_x_y") }
        for _ in 0..<20 {
            #expect(try await login(world, Self.wrong, from: "192.0.2.1").status == 429)
        }
        #expect(try await login(world, Self.right, from: "192.0.2.2").status == 200)
    }

    @Test("addresses of one IPv6 network are one source, and IPv4 has one name")
    func networks() async throws {
        let world = try AdminWorld()
        func fail(_ source: String) async throws -> Int {
            try await world.send(.get, "/v1/whoami", "cgo_x_y", source: source).status
        }
        for host in 0..<30 { #expect(try await fail("2001:db8:1:2::\(host)") == 401) }
        #expect(try await fail("2001:db8:1:2:ffff::1") == 429)
        #expect(try await fail("2001:db8:1:3::1") == 401)
        for _ in 0..<15 {
            #expect(try await fail("::ffff:203.0.113.7") == 401)
            #expect(try await fail("203.0.113.7") == 401)
        }
        #expect(try await fail("203.0.113.7") == 429)
        #expect(try await fail("203.0.113.8") == 401)
    }

    @Test("any number of other sources resets nobody's failures")
    func noReset() async throws {
        let world = try AdminWorld()
        func fail(_ source: String) async throws -> Int {
            try await world.send(.get, "/v1/whoami", "cgo_x_y", source: source).status
        }
        for _ in 0..<30 { #expect(try await fail("192.0.2.1") == 401) }
        #expect(try await fail("192.0.2.1") == 429)
        for number in 0..<10_100 {
            _ = try await fail("10.1.\(number / 256).\(number % 256)")
        }
        #expect(try await fail("192.0.2.1") == 429)
        // Those who come too late for a place share one.
        #expect(try await fail("10.200.0.1") == 429)
        // In time all is forgotten, and there is room again.
        world.pass(seconds: 60)
        #expect(try await fail("10.200.0.1") == 401)
        #expect(try await fail("192.0.2.1") == 401)
    }

    @Test("a user's oldest session ends for one too many")
    func sessions() async throws {
        let world = try await withPassword()
        var limits = AdminLimits()
        limits.sessionsPerUser = 2
        try world.start(limits)
        var tokens: [String] = []
        for _ in 0..<3 {
            tokens.append(try await login(world, Self.right, from: "192.0.2.1").member("token"))
            world.pass(seconds: 1)
        }
        var statuses: [Int] = []
        for token in tokens {
            statuses.append(try await world.send(.get, "/v1/whoami", token).status)
        }
        #expect(statuses == [401, 200, 200])
    }
}
