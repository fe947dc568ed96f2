// What may be done while a commit waits for its confirmation: nothing may confirm it in passing, and
// nothing may keep a key or an agent alive that is to be stopped.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("While a commit waits for its confirmation")
struct WaitingCommitTests {
    private static let minutes = #"{"confirm_minutes":5}"#
    private static let keys = "/v1/agents/crawler/keys"
    private static let disabled = """
        {"team":"research","project":"p","environment":"dev","status":"disabled"}
        """

    private struct Stage {
        let world: AdminWorld
        let admin: String
        /// The id of the commit that waits.
        let waiting: String
        /// The revision that it replaced.
        let before: String

        func active() async throws -> String {
            try await world.send(
                .get,
                "/v1/configuration?of=active&format=commands",
                admin
            ).text
        }

        func commits(_ member: String) async throws -> [String] {
            let page = try await world.send(.get, "/v1/commits", admin).json
            return (page["items"]?.elements ?? []).map { $0[member]?.text ?? "-" }
        }

        func events(_ action: String) async throws -> [String] {
            let page = try await world.send(.get, "/v1/events?limit=1000", admin).json
            return (page["items"]?.elements ?? []).filter { $0["action"]?.text == action }.map {
                $0["summary"]?.text ?? ""
            }
        }
    }

    /// - Parameter edits: what the commit that waits changes.
    private func stage(
        _ world: AdminWorld,
        _ admin: String,
        _ edits: String = #""set quota crawler rps-limit 5""#
    ) async throws -> Stage {
        let page = try await world.send(.get, "/v1/commits", admin).json
        let before = page["items"]?.elements?.first?["revision"]?.text ?? ""
        let answer = try await world.commit(admin, edits, Self.minutes)
        #expect(answer.status == 200, "\(answer.text)")
        return Stage(
            world: world,
            admin: admin,
            waiting: try answer.member("commit_id"),
            before: before
        )
    }

    private func begun() async throws -> (AdminWorld, String) {
        let world = try AdminWorld()
        let admin = try await world.admin()
        try await world.commit(admin, AdminWorld.agent)
        return (world, admin)
    }

    private func key(_ world: AdminWorld, _ admin: String, _ query: String) async throws -> String {
        let answer = try await world.send(.post, Self.keys + query, admin)
        #expect(answer.status == 201, "\(answer.text)")
        return try answer.member("key_id")
    }

    @Test("nothing confirms it in passing")
    func refuses() async throws {
        let (world, admin) = try await begun()
        let stage = try await stage(world, admin)
        let agent = #"{"team":"t","project":"p","environment":"dev"}"#
        for answer in [
            try await world.commit(admin, #""set quota crawler rps-limit 6""#),
            try await world.send(.put, "/v1/agents/other?commit=true", admin, agent),
            try await world.send(.delete, "/v1/quotas/crawler?commit=true", admin),
            try await world.send(.post, Self.keys + "?commit=true", admin),
        ] {
            #expect(answer.status == 409)
            #expect(answer.code == "confirmation_pending")
            for word in [stage.waiting, "`confirm`", "`commit --confirm`", "taken back"] {
                #expect(answer.text.contains(word), "\(answer.text)")
            }
        }
        #expect(try await stage.commits("state") == ["decided", "decided"])
        #expect(try await world.send(.post, "/v1/opmode/confirm", admin).status == 200)
    }

    @Test("a second one with a deadline may follow, and both are taken back together")
    func chain() async throws {
        let (world, admin) = try await begun()
        let stage = try await stage(world, admin)
        let more = #""set quota crawler rps-limit 6""#
        let second = try await world.commit(admin, more, #"{"confirm_minutes":9}"#)
        #expect(second.status == 200, "\(second.text)")
        let deadlines = try await stage.commits("confirm_by")
        #expect(deadlines[0] == deadlines[1])
        world.plane.revert(to: stage.before)
        try await world.api.follow()
        #expect(try await stage.commits("state") == ["decided", "reverted", "reverted", "decided"])
        #expect(!(try await stage.active()).contains("rps-limit"))
    }

    @Test("revoking a key takes it back and says so")
    func revokes() async throws {
        let (world, admin) = try await begun()
        let key = try await key(world, admin, "?commit=true")
        let stage = try await stage(world, admin)
        let answer = try await world.send(.delete, "\(Self.keys)/\(key)", admin)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try answer.json["commit"]?["reverted_commit"]?.text == stage.waiting)
        let active = try await stage.active()
        #expect(active.contains("key \(key) revoked"))
        #expect(!active.contains("rps-limit"))
        let published = String(decoding: try #require(world.plane.contents.last), as: UTF8.self)
        #expect(published.contains("revoked_at"))
        #expect(!published.contains("rps_limit\":5"))
        #expect(try await stage.commits("state").prefix(2) == ["decided", "reverted"])
        #expect(try await stage.events("commit").first?.contains(stage.waiting) == true)
        #expect(try await stage.events("key.revoke").first?.contains(stage.waiting) == true)
        let confirm = try await world.send(.post, "/v1/opmode/confirm", admin)
        #expect(confirm.code == "nothing_to_confirm")
        #expect(try await world.commit(admin, #""set quota crawler rps-limit 7""#).status == 200)
    }

    @Test("a key that it brought is revoked for good, and so is one that it revoked itself")
    func revokesNewer() async throws {
        let (world, admin) = try await begun()
        let old = try await key(world, admin, "?commit=true")
        let new = try await key(world, admin, "")
        let edit = #""set agent crawler key \#(old) revoked 2001-01-01T00:00:00Z""#
        let stage = try await stage(world, admin, edit)
        #expect(try await world.send(.delete, "\(Self.keys)/\(new)", admin).status == 200)
        let active = try await stage.active()
        #expect(active.contains("key \(new) revoked"))
        #expect(active.contains("key \(new) digest"))
        #expect(!active.contains("key \(old) revoked"))
        let again = try await self.stage(world, admin, edit)
        #expect(try await world.send(.delete, "\(Self.keys)/\(old)", admin).status == 200)
        #expect(try await again.active().contains("key \(old) revoked"))
        #expect(try await again.commits("state").prefix(2) == ["decided", "reverted"])
    }

    @Test(
        "disabling an agent takes it back, also if the agent is disabled by it",
        arguments: ["", #","set agent crawler status disabled""#]
    )
    func disables(more: String) async throws {
        let (world, admin) = try await begun()
        let stage = try await stage(world, admin, #""set quota crawler rps-limit 5""# + more)
        let answer = try await world.send(.put, "/v1/agents/crawler", admin, Self.disabled)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try answer.json["commit"]?["reverted_commit"]?.text == stage.waiting)
        let active = try await stage.active()
        #expect(active.contains("agent crawler status disabled"))
        #expect(!active.contains("rps-limit"))
        #expect(try await stage.commits("state").prefix(2) == ["decided", "reverted"])
        #expect(try await stage.commits("confirm_by").first == "-")
    }

    @Test("disabling an agent when that is all that waits keeps it, and takes nothing back")
    func disablesTheSame() async throws {
        let (world, admin) = try await begun()
        let stage = try await stage(world, admin, #""set agent crawler status disabled""#)
        let answer = try await world.send(.put, "/v1/agents/crawler", admin, Self.disabled)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try answer.json["commit"]?["reverted_commit"] == nil)
        #expect(try await stage.active().contains("agent crawler status disabled"))
        #expect(try await stage.commits("state") == ["decided", "decided", "decided"])
        #expect(try await stage.commits("confirm_by") == ["-", "-", "-"])
    }

    @Test("a revocation whose answer is lost has taken it back when that is known")
    func lost() async throws {
        let (world, admin) = try await begun()
        let key = try await key(world, admin, "?commit=true")
        let stage = try await stage(world, admin)
        world.plane.mood = .losesAnswers
        let answer = try await world.send(.delete, "\(Self.keys)/\(key)", admin)
        #expect(answer.code == "commit_pending")
        #expect(try await stage.commits("state").prefix(2) == ["pending", "decided"])
        try world.start()
        world.plane.mood = .well
        try await world.api.follow()
        #expect(try await stage.commits("state").prefix(2) == ["decided", "reverted"])
        #expect(try await stage.commits("reverted_commit").first == stage.waiting)
        #expect(try await stage.active().contains("key \(key) revoked"))
    }

    @Test("a revocation that is refused leaves it waiting")
    func aborted() async throws {
        let (world, admin) = try await begun()
        let key = try await key(world, admin, "?commit=true")
        let stage = try await stage(world, admin)
        world.plane.mood = .refuses(
            PolicyRefusal(status: 409, code: PolicyProblem.publicationAborted, detail: "no")
        )
        let answer = try await world.send(.delete, "\(Self.keys)/\(key)", admin)
        #expect(answer.code == "publication_aborted")
        #expect(try await stage.commits("state").prefix(2) == ["aborted", "decided"])
        world.plane.mood = .well
        #expect(try await world.send(.post, "/v1/opmode/confirm", admin).status == 200)
        #expect(try await stage.active().contains("rps-limit 5"))
    }

    @Test("what it would go back to is kept, however many commits were tried meanwhile")
    func kept() async throws {
        let (world, admin) = try await begun()
        let key = try await key(world, admin, "?commit=true")
        var limits = AdminLimits()
        limits.revisionsKept = 3
        try world.start(limits)
        let stage = try await stage(world, admin)
        for limit in 6..<12 {
            let edit = #""set quota crawler rps-limit \#(limit)""#
            #expect(try await world.commit(admin, edit, Self.minutes).status == 200)
        }
        #expect(try await world.send(.delete, "\(Self.keys)/\(key)", admin).status == 200)
        #expect(!(try await stage.active()).contains("rps-limit"))
    }
}
