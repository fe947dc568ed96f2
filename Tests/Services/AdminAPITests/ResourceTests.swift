// Agents, keys and the rest as resources.

import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("Resources")
struct ResourceTests {
    private static let agent = #"{"team":"research","project":"p","environment":"dev"}"#

    @Test("a write is a change of the candidate until it is committed")
    func candidate() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let made = try await world.send(.put, "/v1/agents/crawler", admin, Self.agent)
        #expect(made.status == 201, "\(made.text)")
        #expect(try await world.send(.get, "/v1/agents/crawler", admin).status == 200)
        #expect(try await world.send(.get, "/v1/agents/crawler?of=active", admin).status == 404)
        let again = try await world.send(
            .put,
            "/v1/agents/crawler",
            admin,
            Self.agent,
            fields: [.ifNoneMatch: "*"]
        )
        #expect(again.status == 412)
        #expect(try await world.send(.delete, "/v1/agents/crawler", admin).status == 200)
        #expect(try await world.send(.delete, "/v1/agents/crawler", admin).status == 404)
    }

    @Test("disabling an agent and revoking a key are in force at once")
    func atOnce() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let made = try await world.send(.put, "/v1/agents/crawler?commit=true", admin, Self.agent)
        #expect(try made.json["commit"]?["serial"]?.integer == 1, "\(made.text)")
        let key = try await world.send(.post, "/v1/agents/crawler/keys?commit=true", admin)
        #expect(key.status == 201, "\(key.text)")
        #expect(try key.member("key").hasPrefix("cgk_"))
        let path = "/v1/agents/crawler/keys/\(try key.member("key_id"))"
        let revoked = try await world.send(.delete, path, admin)
        #expect(try revoked.json["commit"]?["serial"]?.integer == 3, "\(revoked.text)")
        #expect(try await world.send(.delete, path, admin).code == "already_revoked")
        let node = try await world.send(.get, "/v1/agents/crawler?of=active", admin)
        let configuration = try #require(try node.json["configuration"]).jsonText
        let disabled = try await world.send(
            .put,
            "/v1/agents/crawler",
            admin,
            String(configuration.dropLast()) + #","status":"disabled"}"#
        )
        #expect(try disabled.json["commit"]?["serial"]?.integer == 4, "\(disabled.text)")
    }

    @Test("an agent has at most two live keys")
    func twoKeys() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        _ = try await world.send(.put, "/v1/agents/crawler", admin, Self.agent)
        for status in [201, 201, 409] {
            let answer = try await world.send(.post, "/v1/agents/crawler/keys", admin)
            #expect(answer.status == status, "\(answer.text)")
        }
    }

    @Test("lists come in pages that miss nothing")
    func pages() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        for number in 0..<7 {
            _ = try await world.send(.put, "/v1/agents/a\(number)", admin, Self.agent)
        }
        var names: [String] = []
        var cursor: String? = ""
        while let place = cursor {
            let next = place.isEmpty ? "" : "&cursor=\(place)"
            let page = try await world.send(.get, "/v1/agents?limit=3\(next)", admin).json
            names += page["items"]?.elements?.compactMap { $0["id"]?.text } ?? []
            cursor = page["next_cursor"]?.text
        }
        #expect(names == (0..<7).map { "a\($0)" })
    }

    @Test("the same request with the same key is done once")
    func idempotency() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        _ = try await world.send(.put, "/v1/agents/crawler", admin, Self.agent)
        let name = try #require(HTTPField.Name("Idempotency-Key"))
        let body = #"{"edits":["set agent crawler team red"]}"#
        let first = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            body,
            fields: [name: "one"]
        )
        let second = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            body,
            fields: [name: "one"]
        )
        #expect(first.status == 200)
        #expect(first.text == second.text)
        #expect(first.fields[.eTag] == second.fields[.eTag])
        let other = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            #"{"edits":["set agent crawler team blue"]}"#,
            fields: [name: "one"]
        )
        #expect(other.code == "idempotency_key_reused")
        let key = try await world.send(
            .post,
            "/v1/agents/crawler/keys",
            admin,
            nil,
            fields: [name: "two"]
        )
        #expect(key.status == 201)
        let replay = try await world.send(
            .post,
            "/v1/agents/crawler/keys",
            admin,
            nil,
            fields: [name: "two"]
        )
        #expect(replay.code == "secret_shown_once")
    }
}
