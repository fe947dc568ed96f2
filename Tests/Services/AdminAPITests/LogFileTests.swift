// The routes of the log's files, as far as no log is needed: test_audit_over_api.py has one.

import ClawgressAdminAPI
import ClawgressContract
import HTTPTypes
import Testing

@Suite("The log's files")
struct LogFileTests {
    @Test(
        "have the paths of C2SP tlog-tiles and no others",
        arguments: [
            ("tile/0/000", true), ("tile/entries/000.p/5", true), ("tile/7/x001/234", true),
            ("tile/0/x001/x234/067.p/255", true), ("tile/entries/x999/x999/999", true),
            ("checkpoint", true), ("checkpoint.witnessed", true), ("retention", true),
            ("tile/8/000", false), ("tile/00/000", false), ("tile/entry/000", false),
            ("tile/0/0", false), ("tile/0/1000", false), ("tile/0/x000/001", false),
            ("tile/0/001/234", false), ("tile/0/000.p/256", false), ("tile/0/000.p/0", false),
            ("tile/0/000.p/05", false), ("tile/0/000.p", false), ("tile/0/x001", false),
            ("tile/0/x001%2F234", false), ("tile/entries%2F000/1", false), ("tile/0/..", false),
            ("tile/0/x001/x002/x003/x004/005", false), ("tile/0/000/", false), ("tile/0", false),
            ("tile//000", false), ("checkpoints", false), ("", false),
        ]
    )
    func paths(path: String, isOne: Bool) async throws {
        let world = try AdminWorld()
        let token = try await world.admin()
        let answer = try await world.send(.get, "/v1/log/\(path)", token)
        #expect(answer.status == 404)
        #expect(answer.code == (isOne ? "log_not_configured" : "not_found"), "\(answer.text)")
    }

    @Test("are read and not written, without a query or a body")
    func methods() async throws {
        let world = try AdminWorld()
        let token = try await world.admin()
        let path = "/v1/log/tile/entries/000"
        let post = try await world.send(.post, path, token, "{}")
        #expect(post.status == 405 && post.fields[.allow] == "GET, HEAD")
        #expect(try await world.send(.head, path, token).status == 404)
        #expect(try await world.send(.get, path + "?raw=true", token).code == "parameter_refused")
        #expect(try await world.send(.get, path, token, "{}").code == "body_refused")
    }

    @Test("have a budget of their own, which leaves the user what else there is to ask")
    func budget() async throws {
        let world = try AdminWorld()
        let token = try await world.admin()
        var limits = AdminLimits()
        limits.logFilesPerSecond = 2
        try world.start(limits)
        for path in Array(repeating: ["checkpoint", "tile/0/000"], count: 10).joined() {
            let answer = try await world.send(.get, "/v1/log/\(path)", token)
            #expect(answer.code == "log_not_configured")
        }
        let refused = try await world.send(.get, "/v1/log/tile/0/000", token)
        #expect(refused.code == "rate_limited" && refused.fields[.retryAfter] == "1")
        #expect(try await world.send(.get, "/v1/whoami", token).status == 200)
        world.pass(seconds: 1)
        #expect(try await world.send(.get, "/v1/log/retention", token).status == 404)
    }
}
