// Commits with a deadline: who confirms them, what is lost on the way, and what history says of them.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("Confirmations")
struct ConfirmationTests {
    private static let minutes = #"{"confirm_minutes":5}"#

    /// A commit that was put into force, and one that waits for its confirmation.
    private func waiting(_ world: AdminWorld) async throws -> String {
        let admin = try await world.admin()
        try await world.commit(admin, AdminWorld.agent)
        try await world.commit(admin, #""set quota crawler rps-limit 5""#, Self.minutes)
        return admin
    }

    private func commits(_ world: AdminWorld, _ token: String, _ member: String) async throws
        -> [String]
    {
        let page = try await world.send(.get, "/v1/commits", token).json
        return (page["items"]?.elements ?? []).map { $0[member]?.text ?? "-" }
    }

    private func events(_ world: AdminWorld, _ token: String) async throws -> [String] {
        let page = try await world.send(.get, "/v1/events?limit=1000", token).json
        return (page["items"]?.elements ?? []).map {
            "\($0["action"]?.text ?? "") \($0["actor"]?.text ?? "") \($0["result"]?.text ?? "")"
        }
    }

    @Test("confirm keeps a commit")
    func confirms() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let none = try await world.send(.post, "/v1/opmode/confirm", admin)
        #expect(none.code == "nothing_to_confirm")
        try await world.commit(admin, AdminWorld.agent, Self.minutes)
        let answer = try await world.send(.post, "/v1/opmode/confirm", admin)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try answer.json["serial"]?.integer == 2)
        let again = try await world.send(.post, "/v1/opmode/confirm", admin)
        #expect(again.code == "nothing_to_confirm")
    }

    @Test("a confirmation whose answer is lost is pending, and keeps who asked for it")
    func lost() async throws {
        let world = try AdminWorld()
        let admin = try await waiting(world)
        world.plane.mood = .losesAnswers
        let answer = try await world.send(.post, "/v1/opmode/confirm", admin)
        #expect(answer.code == "commit_pending")
        try world.start()
        world.plane.mood = .well
        try await world.api.follow()
        #expect(try await commits(world, admin, "state") == ["decided", "decided", "decided"])
        #expect(try await commits(world, admin, "actor") == ["admin", "admin", "admin"])
        #expect(try await commits(world, admin, "confirm_by") == ["-", "-", "-"])
        #expect(try await events(world, admin).contains("confirm admin ok"))
    }

    @Test("a refused confirmation is one event and takes nothing from the commit that waits")
    func refused() async throws {
        let world = try AdminWorld()
        let admin = try await waiting(world)
        world.plane.mood = .refuses(
            PolicyRefusal(status: 409, code: PolicyProblem.notConfirmable, detail: "too late")
        )
        let answer = try await world.send(.post, "/v1/opmode/confirm", admin)
        #expect(answer.code == "not_confirmable")
        #expect(try await events(world, admin).filter { $0.hasPrefix("confirm ") }.count == 1)
        #expect(try await commits(world, admin, "state") == ["aborted", "decided", "decided"])
        world.plane.mood = .well
        #expect(try await world.send(.post, "/v1/opmode/confirm", admin).status == 200)
    }

    @Test("what was not heard of gateways is not said to have changed nothing")
    func gateways() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        world.plane.mood = .losesAnswers
        let answers = [
            try await world.send(.delete, "/v1/gateways/gw-1", admin),
            try await world.send(.post, "/v1/gateways/gw-1/enrolment-token", admin),
            try await world.send(
                .put,
                "/v1/gateways/gw-1/maintenance",
                admin,
                #"{"maintenance":true}"#
            ),
        ]
        for answer in answers {
            #expect(answer.status == 503)
            #expect(answer.code == "outcome_unknown")
            #expect(!answer.text.contains("nothing was changed"))
        }
    }

    @Test("only the commit that was taken back is called reverted")
    func predecessor() async throws {
        let world = try AdminWorld()
        let admin = try await waiting(world)
        // It is confirmed, so nothing takes it back any more.
        #expect(try await world.send(.post, "/v1/opmode/confirm", admin).status == 200)
        #expect(try await commits(world, admin, "confirm_by") == ["-", "-", "-"])
        let revision = try await commits(world, admin, "revision").first ?? ""
        try await world.commit(admin, #""set quota crawler rps-limit 7""#, Self.minutes)
        world.plane.revert(to: revision)
        try await world.api.follow()
        let states = try await commits(world, admin, "state")
        #expect(states == ["decided", "reverted", "decided", "decided", "decided"])
    }
}
