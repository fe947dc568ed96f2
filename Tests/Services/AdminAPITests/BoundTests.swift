// What is kept of one user, and that there is an end to it.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("Bounds", .timeLimit(.minutes(5)))
struct BoundTests {
    private func world(_ change: (inout AdminLimits) -> Void) throws -> AdminWorld {
        var limits = AdminLimits()
        change(&limits)
        let world = try AdminWorld()
        try world.start(limits)
        return world
    }

    private func metric(_ world: AdminWorld, _ token: String, _ name: String) async throws -> String
    {
        let text = try await world.send(.get, "/metrics", token).text
        let line = text.split(separator: "\n").first { $0.hasPrefix("clawgress_admin_\(name) ") }
        return line?.split(separator: " ").last.map(String.init) ?? "none"
    }

    @Test("a user has so many live tokens, and as many that ended are listed")
    func tokens() async throws {
        let world = try world { $0.tokensPerUser = 3 }
        let admin = try await world.admin()
        let wish = #"{"name":"one of many"}"#
        var ids: [String] = []
        for _ in 0..<2 {
            ids.append(try await world.send(.post, "/v1/tokens", admin, wish).member("id"))
        }
        let refused = try await world.send(.post, "/v1/tokens", admin, wish)
        #expect(refused.status == 409)
        #expect(refused.code == "too_many_tokens")
        for _ in 0..<6 {
            let last = ids.popLast() ?? ""
            #expect(try await world.send(.delete, "/v1/tokens/\(last)", admin).status == 204)
            world.pass(seconds: 1)
            ids.append(try await world.send(.post, "/v1/tokens", admin, wish).member("id"))
        }
        let listed = try await world.send(.get, "/v1/tokens", admin).json["items"]?.elements
        #expect(listed?.count == 6)
        #expect(try await metric(world, admin, "refusals_total{code=\"too_many_tokens\"}") == "1")
    }

    @Test("edits that say the same again and again take no more room than a configuration")
    func candidate() async throws {
        let world = try world { $0.candidateBytesPerUser = 4 << 20 }
        let admin = try await world.admin()
        let lines = (0..<2_500).map { number in
            "\"set destination-group g destination h\(number % 50).example\""
        }
        let body = #"{"edits":[\#(lines.joined(separator: ","))]}"#
        for _ in 0..<45 {
            let answer = try await world.send(.post, "/v1/candidate/edit", admin, body)
            try #require(answer.status == 200, "\(answer.text)")
        }
        let bytes = try #require(Int(try await metric(world, admin, "candidate_bytes")))
        #expect(bytes < 2 << 20)
        // And it is the same after a restart.
        let before = try await world.send(.get, "/v1/compare?format=text", admin).text
        try world.start()
        #expect(try await world.send(.get, "/v1/compare?format=text", admin).text == before)
    }

    @Test("a user's candidates have room together, and none is half changed without it")
    func candidates() async throws {
        let world = try world { $0.candidateBytesPerUser = 1 << 20 }
        let admin = try await world.admin()
        let other = try await world.send(.post, "/v1/tokens", admin, #"{"name":"x"}"#)
        let token = try other.member("token")
        let lines = (0..<9_000).map { number in
            "\"set destination-group g destination host-number-\(number).example.org\""
        }
        let body = #"{"edits":[\#(lines.joined(separator: ","))]}"#
        #expect(try await world.send(.post, "/v1/candidate/edit", admin, body).status == 200)
        let refused = try await world.send(.post, "/v1/candidate/edit", token, body)
        #expect(refused.code == "candidates_too_large")
        let seen = try await world.send(.get, "/v1/candidate", token)
        #expect(try seen.json["change_count"]?.integer == 0)
        #expect(try await world.send(.delete, "/v1/candidate", admin).status == 204)
        #expect(try await world.send(.post, "/v1/candidate/edit", token, body).status == 200)
    }

    @Test("a comparison as text has an end, and says where the rest is")
    func comparison() async throws {
        let world = try world { _ in }
        let admin = try await world.admin()
        func add(_ numbers: Range<Int>) async throws {
            let lines = numbers.map { "\"set destination-group g destination h\($0).example\"" }
            let body = #"{"edits":[\#(lines.joined(separator: ","))]}"#
            #expect(try await world.send(.post, "/v1/candidate/edit", admin, body).status == 200)
        }
        try await add(0..<10_000)
        let text = try await world.send(.get, "/v1/compare?format=text", admin)
        #expect(text.status == 200)
        #expect(text.text.split(separator: "\n").count == 10_001)
        try await add(10_000..<10_001)
        let refused = try await world.send(.get, "/v1/compare?format=text", admin)
        #expect(refused.status == 409 && refused.code == "comparison_too_large")
        #expect(refused.text.contains("there are 10001 differences"))
        let page = try await world.send(.get, "/v1/compare?limit=1000", admin).json
        #expect(page["change_count"]?.integer == 10_001)
        #expect(page["changes"]?.elements?.count == 1_000)
    }

    @Test("an answer that has no room is not given twice, and nothing is done twice")
    func answers() async throws {
        let world = try world { $0.keptAnswerBytes = 300 }
        let admin = try await world.admin()
        let name = try #require(HTTPField.Name("Idempotency-Key"))
        let body = #"{"edits":[\#(AdminWorld.agent)]}"#
        let path = "/v1/candidate/edit"
        let first = try await world.send(.post, path, admin, body, fields: [name: "k"])
        #expect(first.status == 200)
        let second = try await world.send(.post, path, admin, body, fields: [name: "k"])
        #expect(second.code == "answer_not_kept")
        #expect(try await metric(world, admin, "answers_not_kept_total") == "1")
        let etag = try await world.send(.get, "/v1/candidate", admin).fields[.eTag]
        #expect(etag == first.fields[.eTag])
    }

    @Test("who is refused again and again has a few events and then a number")
    func refusals() async throws {
        let world = try world { $0.refusalEventsPerMinute = 5 }
        let tokens = try await world.staff()
        let admin = try #require(tokens[.admin])
        for _ in 0..<30 {
            let refused = try await world.send(.delete, "/v1/gateways/gw-1", tokens[.readOnly])
            #expect(refused.status == 403)
        }
        func events() async throws -> [String] {
            let page = try await world.send(.get, "/v1/events?limit=1000", admin).json
            return (page["items"]?.elements ?? []).filter { $0["actor"]?.text == "rita" }
                .map { "\($0["reason"]?.text ?? "") \($0["summary"]?.text ?? "")" }
        }
        try await world.api.follow()
        #expect(try await events().count == 5)
        #expect(try await metric(world, admin, "refusals_without_event_total") == "25")
        world.pass(seconds: 60)
        try await world.api.follow()
        let all = try await events()
        #expect(all.count == 6)
        #expect(all.first == "not_recorded_singly 25 more refusals in a short time")
        for _ in 0..<7 { _ = try await world.send(.delete, "/v1/gateways/gw-1", tokens[.readOnly]) }
        try await world.api.conclude()
        #expect(try await events().first == "not_recorded_singly 2 more refusals in a short time")
    }

    @Test("old commits and what was in force are forgotten, and what is in force is not")
    func revisions() async throws {
        let world = try world { $0.revisionsKept = 3 }
        let admin = try await world.admin()
        try await world.commit(admin, AdminWorld.agent)
        for limit in 1...5 {
            let answer = try await world.commit(admin, #""set quota crawler rps-limit \#(limit)""#)
            #expect(answer.status == 200, "\(answer.text)")
        }
        let commits = try await world.send(.get, "/v1/commits", admin).json["items"]?.elements
        #expect(commits?.count == 3)
        #expect(try await world.send(.get, "/v1/configuration?of=2", admin).status == 200)
        #expect(try await world.send(.get, "/v1/configuration?of=3", admin).status == 404)
        try world.start()
        let path = "/v1/configuration?of=active&format=commands"
        #expect(try await world.send(.get, path, admin).text.contains("rps-limit 5"))
    }
}
