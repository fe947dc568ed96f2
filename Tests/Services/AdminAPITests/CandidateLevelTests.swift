// A candidate's level: kept on the server, and no surprise for those who never ask for one.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("A candidate's level")
struct CandidateLevelTests {
    private let world: AdminWorld
    private let admin: String

    init() async throws {
        world = try AdminWorld()
        admin = try await world.admin()
    }

    @discardableResult
    private func go(_ body: String, status: Int = 200) async throws -> Answer {
        let answer = try await world.send(.post, "/v1/candidate/level", admin, body)
        #expect(answer.status == status, "\(body): \(answer.text)")
        return answer
    }

    private func edit(_ line: String, relative: Bool = true) async throws -> Answer {
        let body = #"{"edits":["\#(line)"],"relative":\#(relative)}"#
        return try await world.send(.post, "/v1/candidate/edit", admin, body)
    }

    private func read(_ path: String) async throws -> String {
        try await world.send(.get, path, admin).text
    }

    private func level() async throws -> String {
        try await world.send(.get, "/v1/candidate", admin).member("level")
    }

    @Test("is where relative lines are read, and only they")
    func relative() async throws {
        #expect(try await go(#"{"path":"policy p"}"#).member("level") == "policy p")
        #expect(try await edit("set action deny").member("level") == "policy p")
        let refused = try await edit("set policy q action deny")
        #expect(refused.code == "edit_refused")
        #expect(refused.text.contains("policy p: `policy` is unknown here"))
        #expect(try await edit("set policy q action deny", relative: false).status == 200)
        let unsaid = #"{"edits":["set policy r action deny"]}"#
        #expect(
            try await world.send(.post, "/v1/candidate/edit", admin, unsaid).status == 200
        )
        let commands = try await read("/v1/configuration?of=candidate&format=commands")
        #expect(
            commands
                == "set policy p action deny\nset policy q action deny\nset policy r action deny\n"
        )
        #expect(
            try await go(#"{"path":"match identity"}"#).member("level") == "policy p match identity"
        )
        #expect(try await go(#"{"up":2}"#).member("level") == "policy p")
        #expect(try await go(#"{"top":true}"#).member("level") == "")
    }

    @Test("is one of three ways away, and says what is possible where it leads nowhere")
    func refused() async throws {
        for body in [
            "{}", #"{"path":"policy p","up":1}"#, #"{"top":false}"#, #"{"up":0}"#, #"{"up":"1"}"#,
            #"{"path":["policy"]}"#, #"{"down":1}"#,
        ] {
            #expect(try await go(body, status: 400).code == "body_refused", "\(body)")
        }
        #expect(try await go(#"{"path":"'policy"}"#, status: 422).code == "path_refused")
        let reasons = [
            (#"{"path":""}"#, "value_missing", "allowed: agent, "),
            (#"{"path":"polcy p"}"#, "word_unknown", "did you mean `policy`?"),
            (#"{"path":"policy p action"}"#, "level_refused", "allowed: match"),
            (#"{"path":"policy"}"#, "value_missing", "policy: the line ends here"),
            (#"{"up":1}"#, "level_refused", "allowed: agent, "),
        ]
        for (body, code, text) in reasons {
            let answer = try await go(body, status: 422)
            #expect(answer.code == "edit_refused")
            #expect(try answer.json["errors"]?.elements?.first?["code"]?.text == code)
            #expect(answer.text.contains(text), "\(answer.text)")
        }
        #expect(try await level() == "")
    }

    @Test("is where the candidate is shown and completed, if one asks for that")
    func reading() async throws {
        try await world.commit(admin, AdminWorld.agent)
        try await go(#"{"path":"agent crawler"}"#)
        _ = try await edit("set team platform")
        let show = "/v1/configuration?of=candidate&relative=true"
        #expect(
            try await read(show + "&format=marked") == """
                [edit agent crawler]
                > team platform
                  project p
                  environment dev

                """
        )
        #expect(try await read(show + "&path=team&format=text") == "team platform\n")
        #expect(
            try await read(show + "&path=team&format=commands")
                == "set agent crawler team platform\n"
        )
        #expect(try await world.send(.get, show + "&path=agent", admin).status == 404)
        #expect(
            try await read("/v1/configuration?of=candidate&path=agent%20crawler%20team")
                == "\"platform\""
        )
        let elsewhere = try await world.send(
            .get,
            "/v1/configuration?of=active&relative=true",
            admin
        )
        #expect(elsewhere.status == 422 && elsewhere.code == "path_refused")
        #expect(
            try await read("/v1/complete?line=set%20proj&relative=true").contains(#""project""#)
        )
        #expect(try await read("/v1/complete?line=set%20proj") == #"{"completions":[]}"#)
        // Where nothing is yet there is nothing to see, and that is no fault.
        try await go(#"{"top":true}"#)
        try await go(#"{"path":"quota crawler"}"#)
        #expect(try await read(show) == "{}")
        #expect(try await read(show + "&format=marked") == "[edit quota crawler]\n")
    }

    @Test("is part of what an edit depends on, and begins no candidate")
    func tags() async throws {
        let before = try await world.send(.get, "/v1/candidate", admin)
        let etag = try #require(before.fields[.eTag])
        try await go(#"{"path":"policy p"}"#)
        let stale = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            #"{"edits":["set action deny"],"relative":true}"#,
            fields: [.ifMatch: etag]
        )
        #expect(stale.status == 412)
        let moved = try await world.send(
            .get,
            "/v1/candidate",
            admin,
            fields: [.ifNoneMatch: etag]
        )
        #expect(moved.status == 200)
        let back = try await world.send(
            .post,
            "/v1/candidate/level",
            admin,
            #"{"top":true}"#,
            fields: [.ifMatch: etag]
        )
        #expect(back.status == 412)
        #expect(try await go(#"{"top":true}"#).fields[.eTag] == etag)
        // What others commit meanwhile is what a candidate begins from.
        try await go(#"{"path":"quota crawler"}"#)
        let wish = #"{"team":"t","project":"p","environment":"e"}"#
        let other = try await world.send(.put, "/v1/agents/crawler?commit=true", admin, wish)
        #expect(other.status == 201, "\(other.text)")
        let edited = try await edit("set rps-limit 5")
        #expect(try edited.json["outdated"] == .bool(false), "\(edited.text)")
        #expect(try edited.json["change_count"]?.integer == 1)
    }

    @Test("a key for a move makes it once")
    func once() async throws {
        let key = try #require(HTTPField.Name("Idempotency-Key"))
        try await go(#"{"path":"policy p match identity"}"#)
        for _ in 0..<2 {
            let answer = try await world.send(
                .post,
                "/v1/candidate/level",
                admin,
                #"{"up":1}"#,
                fields: [key: "k"]
            )
            #expect(try answer.member("level") == "policy p match")
        }
        #expect(try await level() == "policy p match")
    }

    @Test("outlives a restart and a commit, and ends with what is discarded")
    func life() async throws {
        try await go(#"{"path":"agent crawler"}"#)
        try world.start()
        #expect(try await level() == "agent crawler")
        for line in ["team research", "project p", "environment dev"] {
            #expect(try await edit("set \(line)").status == 200)
        }
        try world.start()
        #expect(try await level() == "agent crawler")
        #expect(try await world.send(.post, "/v1/opmode/configure", admin).status == 200)
        #expect(try await world.send(.post, "/v1/opmode/commit", admin).status == 200)
        #expect(try await level() == "agent crawler")
        let seen = try await world.send(.get, "/v1/candidate", admin)
        #expect(try seen.json["change_count"]?.integer == 0)
        #expect(try await edit("set team platform").member("level") == "agent crawler")
        #expect(
            try await world.send(.post, "/v1/opmode/rollback", admin, #"{"to":"0"}"#).status == 200
        )
        #expect(try await level() == "agent crawler")
        #expect(try await world.send(.delete, "/v1/candidate", admin).status == 204)
        #expect(try await level() == "")
        try world.start()
        #expect(try await level() == "")
    }

    @Test("belongs to a credential, and to none that may not change the candidate")
    func owner() async throws {
        let tokens = try await world.staff(of: admin)
        try await go(#"{"path":"policy p"}"#)
        let olga = try #require(tokens[.operator])
        #expect(try await world.send(.get, "/v1/candidate", olga).member("level") == "")
        let rita = try #require(tokens[.readOnly])
        let body = #"{"path":"policy p"}"#
        #expect(
            try await world.send(.post, "/v1/candidate/level", rita, body).code
                == "role_insufficient"
        )
        let shown = "/v1/configuration?of=candidate&relative=true&format=commands"
        #expect(try await world.send(.get, shown, rita).text.hasPrefix("set user "))
    }
}
