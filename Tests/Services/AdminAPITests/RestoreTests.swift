// A backup brings the configuration back, and nobody's access.

import ClawgressAdminAPI
import ClawgressContract
import HTTPTypes
import Testing

@Suite("Restoring a backup", .timeLimit(.minutes(5)))
struct RestoreTests {
    private static let password = #"{"password":"correct horse battery"}"#
    private static let login = #"{"user":"admin","password":"correct horse battery"}"#

    private func copy(_ world: AdminWorld) throws -> String {
        let path = "\(world.folder)/copy"
        try AdminBackup.write(stateFolder: world.folder, to: path)
        return path
    }

    @Test("no token or session of the copy is good any more, and a password is")
    func ends() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        try await world.commit(admin, AdminWorld.agent)
        _ = try await world.send(.put, "/v1/users/admin/password", admin, Self.password)
        let session = try await world.send(.post, "/v1/login", nil, Self.login).member("token")
        let leaked = try await world.send(.post, "/v1/tokens", admin, #"{"name":"leaked"}"#)
        let backup = try copy(world)
        let path = "/v1/tokens/\(try leaked.member("id"))"
        #expect(try await world.send(.delete, path, admin).status == 204)
        try await world.commit(admin, #""delete agent crawler""#)
        #expect(throws: AdminStartError.self) {
            try AdminBackup.restore(backup, stateFolder: world.folder)
        }

        try world.stop()
        let access = try AdminBackup.restore(
            backup,
            stateFolder: world.folder,
            clock: world.clock
        )
        #expect(access.tokens == 2)
        #expect(access.sessions == 1)
        #expect(access.token == nil)
        try world.start()
        for token in [admin, session, try leaked.member("token")] {
            #expect(try await world.send(.get, "/v1/whoami", token).status == 401)
        }
        let anew = try await world.send(.post, "/v1/login", nil, Self.login)
        let token = try anew.member("token")
        let active = "/v1/configuration?of=active&format=commands"
        #expect(try await world.send(.get, active, token).text.contains("agent crawler"))
        let events = try await world.send(.get, "/v1/events?limit=1000", token)
        #expect(events.text.contains("2 tokens, 1 sessions ended"))
        #expect(try world.api.bootstrapToken() == nil)
    }

    @Test("an admin without a password is let in for an hour")
    func wayIn() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        try await world.commit(admin, #""set user admin role admin","set user zoe role operator""#)
        let body = #"{"password":"correct horse battery"}"#
        _ = try await world.send(.put, "/v1/users/zoe/password", admin, body)
        let backup = try copy(world)
        try world.stop()
        let access = try AdminBackup.restore(
            backup,
            stateFolder: world.folder,
            clock: world.clock
        )
        let token = try #require(access.token)
        #expect(access.user == "admin")
        try world.start()
        #expect(try await world.send(.get, "/v1/whoami", admin).status == 401)
        #expect(try await world.send(.get, "/v1/whoami", token).member("role") == "admin")
        let set = try await world.send(.put, "/v1/users/admin/password", token, Self.password)
        #expect(set.status == 204, "\(set.text)")
        world.pass(seconds: 3_600)
        #expect(try await world.send(.get, "/v1/whoami", token).status == 401)
        #expect(try await world.send(.post, "/v1/login", nil, Self.login).status == 200)
    }

    @Test("where nobody ever had access, the first start lets somebody in")
    func empty() async throws {
        let world = try AdminWorld()
        let backup = try copy(world)
        try world.stop()
        let access = try AdminBackup.restore(backup, stateFolder: world.folder)
        #expect(access.token == nil)
        try world.start()
        #expect(try world.api.bootstrapToken() != nil)
    }
}
