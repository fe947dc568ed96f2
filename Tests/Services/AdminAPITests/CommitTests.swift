// From an edit to what is in force, and every way in which it can fail in between.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("Commits")
struct CommitTests {
    private func active(_ world: AdminWorld, _ token: String) async throws -> String {
        try await world.send(.get, "/v1/configuration?of=active&format=commands", token).text
    }

    @Test("what was edited and staged is published and becomes active")
    func publishes() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let answer = try await world.commit(admin, AdminWorld.agent, #"{"comment":"first"}"#)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try answer.member("state") == "decided")
        #expect(try answer.json["serial"]?.integer == 1)
        #expect(try await active(world, admin).contains("set agent crawler team research"))
        let published = String(decoding: try #require(world.plane.contents.last), as: UTF8.self)
        #expect(published.contains(#""agent_id":"crawler""#))
        #expect(published.contains(#""configuration":"sha256:"#))
    }

    @Test("edits are all applied or none, and the faulty line is named")
    func allOrNone() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let answer = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            #"{"edits":["set agent a team t","set agent a colour red"]}"#
        )
        #expect(answer.status == 422)
        #expect(try answer.json["errors"]?.elements?.first?["line"]?.integer == 2)
        let candidate = try await world.send(.get, "/v1/candidate", admin)
        #expect(try candidate.json["change_count"]?.integer == 0)
    }

    @Test("a commit needs a staged revision that is the candidate and is not outdated")
    func order() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        #expect(try await world.send(.post, "/v1/opmode/commit", admin).code == "nothing_staged")
        _ = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            #"{"edits":[\#(AdminWorld.agent)]}"#
        )
        #expect(try await world.send(.post, "/v1/opmode/configure", admin).status == 200)
        _ = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            #"{"edits":["set quota crawler rps-limit 5"]}"#
        )
        let newer = try await world.send(.post, "/v1/opmode/commit", admin)
        #expect(newer.code == "candidate_newer_than_staged")
        #expect(newer.status == 409)
    }

    @Test("two operators cannot overwrite each other, and a rebase brings them together")
    func conflict() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let one = try #require(tokens[.admin])
        let other = try #require(tokens[.operator])
        try await world.commit(one, AdminWorld.agent)
        for (token, edit) in [
            (one, "set agent crawler team red"), (other, "set agent crawler team blue"),
        ] {
            let body = #"{"edits":["\#(edit)"]}"#
            #expect(try await world.send(.post, "/v1/candidate/edit", token, body).status == 200)
        }
        #expect(try await world.send(.post, "/v1/opmode/configure", other).status == 200)
        #expect(try await world.send(.post, "/v1/opmode/configure", one).status == 200)
        #expect(try await world.send(.post, "/v1/opmode/commit", one).status == 200)
        let late = try await world.send(.post, "/v1/opmode/commit", other)
        #expect(late.code == "staged_outdated")
        #expect(late.text.contains("agent crawler team"))
        let configured = try await world.send(.post, "/v1/opmode/configure", other)
        #expect(configured.code == "candidate_outdated")
        let rebased = try await world.send(.post, "/v1/candidate/rebase", other)
        #expect(rebased.code == "rebase_conflict")
        let mine = try await world.send(.post, "/v1/candidate/rebase", other, #"{"keep":"mine"}"#)
        #expect(mine.status == 200, "\(mine.text)")
        #expect(try await world.send(.post, "/v1/opmode/configure", other).status == 200)
        #expect(try await world.send(.post, "/v1/opmode/commit", other).status == 200)
        #expect(try await active(world, one).contains("team blue"))
    }

    @Test("a stale ETag changes nothing")
    func etag() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let first = try await world.send(.get, "/v1/candidate", admin)
        let etag = try #require(first.fields[.eTag])
        let body = #"{"edits":["set agent a team t"]}"#
        let good = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            body,
            fields: [.ifMatch: etag]
        )
        #expect(good.status == 200, "\(good.text)")
        let stale = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            #"{"edits":["set agent a team u"]}"#,
            fields: [.ifMatch: etag]
        )
        #expect(stale.status == 412)
        #expect(stale.code == "precondition_failed")
    }

    @Test("a gateway's refusal aborts the commit and nothing has changed")
    func refused() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        world.plane.mood = .refuses(
            PolicyRefusal(
                status: 409,
                code: PolicyProblem.publicationAborted,
                detail: "refused",
                refusals: [
                    RolloutEntry(
                        gatewayID: "gw-1",
                        state: "refused",
                        code: "disk_full",
                        reason: "no room"
                    )
                ]
            )
        )
        let answer = try await world.commit(admin, AdminWorld.agent)
        #expect(answer.status == 409)
        #expect(answer.code == "publication_aborted")
        #expect(answer.text.contains("no room"))
        #expect(try await active(world, admin).isEmpty)
        world.plane.mood = .well
        #expect(try await world.send(.post, "/v1/opmode/commit", admin).status == 200)
    }

    @Test("a crash between asking and hearing is settled at the next start")
    func crash() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        world.plane.mood = .losesAnswers
        let answer = try await world.commit(admin, AdminWorld.agent)
        #expect(answer.status == 503)
        #expect(answer.code == "commit_pending")
        #expect(try await world.send(.get, "/readyz").status == 503)
        try world.start()
        #expect(try await active(world, admin).isEmpty)
        world.plane.mood = .well
        try await world.api.follow()
        #expect(try await active(world, admin).contains("crawler"))
        #expect(try await world.send(.get, "/readyz").status == 200)
        let commits = try await world.send(.get, "/v1/commits", admin)
        #expect(try commits.json["items"]?.elements?.first?["state"]?.text == "decided")
    }

    @Test("a commit that never reached the policy service is aborted")
    func unreached() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        world.plane.mood = .losesRequests
        #expect(try await world.commit(admin, AdminWorld.agent).code == "commit_pending")
        world.plane.mood = .well
        try await world.api.follow()
        let commits = try await world.send(.get, "/v1/commits", admin)
        #expect(try commits.json["items"]?.elements?.first?["state"]?.text == "aborted")
        // And what was said stays true when the request arrives after all.
        world.plane.deliver()
        try await world.api.follow()
        #expect(world.plane.contents.isEmpty)
        #expect(try await active(world, admin).isEmpty)
    }

    @Test("nothing is begun while nobody can say what is in force")
    func gone() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        world.plane.mood = .isGone
        let answer = try await world.commit(admin, AdminWorld.agent)
        #expect(answer.code == "policy_service_unreachable")
        let commits = try await world.send(.get, "/v1/commits", admin)
        #expect(try commits.json["items"]?.elements?.isEmpty == true)
        #expect(try await world.send(.get, "/readyz").status == 200)
        world.plane.mood = .well
        #expect(try await world.send(.post, "/v1/opmode/commit", admin).status == 200)
    }

    @Test("what the policy service took back is not what the next commit begins from")
    func takenBack() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        try await world.commit(admin, AdminWorld.agent)
        let before = try await world.send(.get, "/v1/commits", admin)
        let revision = try before.json["items"]?.elements?.first?["revision"]?.text ?? ""
        let minutes = #"{"confirm_minutes":5}"#
        try await world.commit(admin, #""set quota crawler rps-limit 5""#, minutes)
        world.plane.revert(to: revision)
        let other = #"{"team":"t","project":"p","environment":"dev"}"#
        let answer = try await world.send(.put, "/v1/agents/other?commit=true", admin, other)
        #expect(answer.status < 300, "\(answer.text)")
        let now = try await world.send(.get, "/v1/configuration?of=active&format=commands", admin)
        #expect(!now.text.contains("rps-limit"))
        #expect(now.text.contains("agent other"))
    }

    @Test("rollback loads what was in force before, and the candidate survives a restart")
    func rollback() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        try await world.commit(admin, AdminWorld.agent)
        try await world.commit(admin, #""set agent crawler team red""#)
        let loaded = try await world.send(.post, "/v1/opmode/rollback", admin, #"{"to":"1"}"#)
        #expect(loaded.status == 200, "\(loaded.text)")
        try world.start()
        let shown = try await world.send(.get, "/v1/compare?format=text", admin)
        #expect(shown.text.contains("research"))
        #expect(try await world.send(.post, "/v1/opmode/configure", admin).status == 200)
        #expect(try await world.send(.post, "/v1/opmode/commit", admin).status == 200)
        #expect(try await active(world, admin).contains("team research"))
    }

    @Test("an unconfirmed commit that the policy service took back is followed")
    func reverted() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let first = try await world.commit(admin, AdminWorld.agent)
        try await world.commit(
            admin,
            #""set agent crawler team red""#,
            #"{"confirm_minutes":1}"#
        )
        world.plane.revert(to: try first.member("revision"))
        try await world.api.follow()
        #expect(try await active(world, admin).contains("team research"))
        let commits = try await world.send(.get, "/v1/commits", admin)
        let states = try commits.json["items"]?.elements?.compactMap { $0["state"]?.text }
        #expect(states == ["decided", "reverted", "decided"])
    }
}
