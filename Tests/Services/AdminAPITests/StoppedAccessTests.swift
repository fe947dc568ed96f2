// What was revoked or disabled, and how it could come back.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("Stopped access")
struct StoppedAccessTests {
    private static let keys = "/v1/agents/crawler/keys"

    private struct Stage {
        let world: AdminWorld
        let admin: String

        func key(_ query: String = "?commit=true") async throws -> String {
            try await world.send(.post, StoppedAccessTests.keys + query, admin).member("key_id")
        }

        func revoke(_ key: String) async throws {
            let answer = try await world.send(
                .delete,
                "\(StoppedAccessTests.keys)/\(key)",
                admin
            )
            #expect(answer.status == 200, "\(answer.text)")
        }

        func active() async throws -> String {
            try await world.send(.get, "/v1/configuration?format=commands", admin).text
        }

        func edit(_ edits: String) async throws {
            let body = #"{"edits":[\#(edits)]}"#
            let answer = try await world.send(.post, "/v1/candidate/edit", admin, body)
            #expect(answer.status == 200, "\(answer.text)")
        }

        func rollBack(_ to: String) async throws -> [String] {
            let answer = try await world.send(
                .post,
                "/v1/opmode/rollback",
                admin,
                #"{"to":"\#(to)"}"#
            )
            #expect(answer.status == 200, "\(answer.text)")
            return (try answer.json["kept_revoked"]?.elements ?? []).compactMap(\.text)
        }

        /// Code and path of each warning of the candidate that is about stopped access.
        func warnings() async throws -> [String] {
            let answer = try await world.send(.post, "/v1/opmode/configure", admin)
            #expect(answer.status == 200, "\(answer.text)")
            let warnings = try answer.json["report"]?["warnings"]?.elements ?? []
            return warnings.compactMap { warning in
                let code = warning["code"]?.text ?? ""
                guard ["key_revived", "agent_enabled"].contains(code) else { return nil }
                return "\(code) \(warning["path"]?.text ?? "")"
            }
        }
    }

    private func begun() async throws -> Stage {
        let world = try AdminWorld()
        let admin = try await world.admin()
        try await world.commit(admin, AdminWorld.agent)
        return Stage(world: world, admin: admin)
    }

    @Test("a rollback leaves revoked keys revoked, and names them")
    func rollback() async throws {
        let stage = try await begun()
        let (gone, kept) = (try await stage.key(), try await stage.key())
        let before = try await stage.active()
        try await stage.revoke(gone)
        let quota = #""set quota crawler rps-limit 5""#
        #expect(try await stage.world.commit(stage.admin, quota).status == 200)
        #expect(try await stage.rollBack("2") == ["agent crawler key \(gone)"])
        #expect(try await stage.warnings().isEmpty)
        // Before both keys were made: the revoked one is entered as that.
        #expect(try await stage.rollBack("4") == ["agent crawler key \(gone)"])
        #expect(try await stage.warnings().isEmpty)
        let commit = try await stage.world.send(.post, "/v1/opmode/commit", stage.admin)
        #expect(commit.status == 200, "\(commit.text)")
        let active = try await stage.active()
        #expect(active.contains("key \(gone) revoked"))
        #expect(!active.contains(kept))
        #expect(before.contains(kept))
    }

    @Test(
        "a key that a loaded file or an edit makes valid again is a warning, and a new one is not"
    )
    func revived() async throws {
        let stage = try await begun()
        let key = try await stage.key()
        let file = try await stage.active()
        try await stage.revoke(key)
        let lines = file.split(separator: "\n").joined(separator: "\\n")
        let body = #"{"mode":"load","format":"commands","text":"\#(lines)\n"}"#
        let loaded = try await stage.world.send(.post, "/v1/candidate/load", stage.admin, body)
        #expect(loaded.status == 200, "\(loaded.text)")
        #expect(try await stage.warnings() == ["key_revived agent crawler key \(key)"])
        _ = try await stage.world.send(.delete, "/v1/candidate", stage.admin)
        try await stage.edit(#""delete agent crawler key \#(key) revoked""#)
        #expect(try await stage.warnings() == ["key_revived agent crawler key \(key)"])
        _ = try await stage.world.send(.delete, "/v1/candidate", stage.admin)
        _ = try await stage.key("")
        #expect(try await stage.warnings().isEmpty)
    }

    @Test("a key that was deleted is known when it comes back, also with its agent and a restart")
    func deleted() async throws {
        let stage = try await begun()
        let (first, second) = (try await stage.key(), try await stage.key())
        let delete = #""delete agent crawler key \#(first)""#
        #expect(try await stage.world.commit(stage.admin, delete).status == 200)
        _ = try await stage.rollBack("1")
        #expect(try await stage.warnings() == ["key_revived agent crawler key \(first)"])
        _ = try await stage.world.send(.delete, "/v1/candidate", stage.admin)
        let agent = #""delete agent crawler""#
        #expect(try await stage.world.commit(stage.admin, agent).status == 200)
        try stage.world.start()
        _ = try await stage.rollBack("2")
        let warnings = try await stage.warnings()
        #expect(
            Set(warnings) == Set([first, second].map { "key_revived agent crawler key \($0)" })
        )
        // An agent of the same name is another matter.
        _ = try await stage.world.send(.delete, "/v1/candidate", stage.admin)
        try await stage.edit(AdminWorld.agent)
        _ = try await stage.key("")
        #expect(try await stage.warnings().isEmpty)
    }

    @Test("an agent that would be enabled is a warning")
    func enabled() async throws {
        let stage = try await begun()
        let disabled = """
            {"team":"research","project":"p","environment":"dev","status":"disabled"}
            """
        let answer = try await stage.world.send(
            .put,
            "/v1/agents/crawler",
            stage.admin,
            disabled
        )
        #expect(answer.status == 200, "\(answer.text)")
        _ = try await stage.rollBack("1")
        #expect(try await stage.warnings() == ["agent_enabled agent crawler status"])
        try await stage.edit(
            #""set agent crawler status disabled","set quota crawler rps-limit 3""#
        )
        #expect(try await stage.warnings().isEmpty)
    }

    @Test("of very many warnings a hundred name their place, and one counts the rest")
    func bounded() async throws {
        let stage = try await begun()
        let agents = (0..<130).map { "a\($0)" }
        func lines(_ end: String) -> String {
            agents.map { #""set agent \#($0) \#(end)""# }.joined(separator: ",")
        }
        let all = ["team t", "project p", "environment e", "status disabled"].map(lines)
        let made = try await stage.world.commit(stage.admin, all.joined(separator: ","))
        #expect(made.status == 200, "\(made.text)")
        try await stage.edit(lines("status active"))
        let answer = try await stage.world.send(.post, "/v1/opmode/configure", stage.admin)
        let warnings = (try answer.json["report"]?["warnings"]?.elements ?? []).filter {
            $0["code"]?.text == "agent_enabled"
        }
        #expect(warnings.count == 101)
        #expect(warnings.last?["message"]?.text?.contains("30 more") == true)
    }
}
