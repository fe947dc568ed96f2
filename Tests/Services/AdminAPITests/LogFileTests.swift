// The routes of the log's files, as far as no log is needed: test_audit_over_api.py has one.

import ClawgressAdminAPI
import ClawgressContract
import HTTPTypes
import Testing

@Suite("The log's files")
struct LogFileTests {
    private static let paths = [
        "tile/0/000", "tile/entries/000.p/5", "tile/7/x001/234", "tile/0/x001/x234/067.p/255",
        "tile/entries/x999/x999/999", "checkpoint", "checkpoint.witnessed", "retention",
    ]
    private static let others = [
        "tile/8/000", "tile/00/000", "tile/entry/000", "tile/0/0", "tile/0/1000",
        "tile/0/x000/001", "tile/0/001/234", "tile/0/000.p/256", "tile/0/000.p/0",
        "tile/0/000.p/05", "tile/0/000.p", "tile/0/x001", "tile/0/x001%2F234",
        "tile/entries%2F000/1", "tile/0/..", "tile/0/x001/x002/x003/x004/005", "tile/0/000/",
        "tile/0", "tile//000", "checkpoints", "",
    ]

    @Test("have the paths of C2SP tlog-tiles and no others")
    func paths() async throws {
        let world = try AdminWorld()
        let token = try await world.admin()
        for path in Self.paths + Self.others {
            let answer = try await world.send(.get, "/v1/log/\(path)", token)
            let expected = Self.paths.contains(path) ? "log_not_configured" : "not_found"
            #expect(answer.status == 404 && answer.code == expected, "\(path): \(answer.text)")
        }
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
