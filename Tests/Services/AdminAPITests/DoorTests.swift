// What is refused at the door, each with its status and its stable code.

import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("The door")
struct DoorTests {
    @Test("names every fault of a request by a stable code")
    func faults() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let cases: [(HTTPRequest.Method, String, String?, Int, String)] = [
            (.get, "/v1/nothing", nil, 404, "not_found"),
            (.get, "/v1/whoami/", nil, 404, "not_found"),
            (.patch, "/v1/whoami", nil, 405, "method_not_allowed"),
            (.get, "/v1/whoami?x=1", nil, 400, "parameter_refused"),
            (.get, "/v1/agents?limit=0", nil, 400, "parameter_refused"),
            (.get, "/v1/agents?limit=01", nil, 400, "parameter_refused"),
            (.get, "/v1/agents?limit=1&limit=2", nil, 400, "parameter_refused"),
            (.get, "/v1/agents/%zz", nil, 400, "parameter_refused"),
            (.get, "/v1/agents/a%00", nil, 400, "parameter_refused"),
            (.post, "/v1/tokens", #"{"name":"a\u0000"}"#, 400, "body_refused"),
            (.get, "/v1/revisions?cursor=x", nil, 400, "parameter_refused"),
            (.get, "/v1/configuration?of=abc", nil, 400, "parameter_refused"),
            (.get, "/v1/configuration?of=99", nil, 404, "not_found"),
            (.post, "/v1/candidate/edit", "{", 400, "body_refused"),
            (.post, "/v1/candidate/edit", #"{"edits":[],"edits":[]}"#, 400, "body_refused"),
            (.post, "/v1/candidate/edit", #"{"edits":[]}"#, 400, "body_refused"),
            (.post, "/v1/candidate/edit", #"{"edit":[]}"#, 400, "body_refused"),
            (.post, "/v1/candidate/edit", "[]", 400, "body_refused"),
            (.post, "/v1/candidate/edit", nil, 400, "body_refused"),
            (.post, "/v1/opmode/rollback", #"{"to":"-1"}"#, 400, "parameter_refused"),
            (.put, "/v1/agents/x", "{}", 422, "edit_refused"),
            (.put, "/v1/agents/x", #"{"colour":"red"}"#, 422, "edit_refused"),
            (.put, "/v1/agents/UPPER", #"{"team":"t"}"#, 422, "edit_refused"),
            (.post, "/v1/opmode/configure", nil, 409, "candidate_empty"),
        ]
        for (method, path, body, status, code) in cases {
            let answer = try await world.send(method, path, admin, body)
            #expect(answer.status == status, "\(method) \(path): \(answer.text)")
            #expect(answer.code == code, "\(method) \(path): \(answer.text)")
            #expect(answer.fields[.contentType] == "application/problem+json")
        }
    }

    @Test("takes JSON only, and no more than its limit")
    func bodies() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let form = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            "edits=x",
            fields: [.contentType: "application/x-www-form-urlencoded"]
        )
        #expect(form.status == 415)
        let wide = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            "{}",
            fields: [.contentType: "application/json; charset=utf-16"]
        )
        #expect(wide.code == "media_type_unsupported")
        let large = try await world.send(
            .post,
            "/v1/candidate/edit",
            admin,
            "{}",
            fields: [.contentLength: "999999999"]
        )
        #expect(large.status == 413)
        #expect(large.code == "body_too_large")
    }

    @Test("says which methods a path takes")
    func allow() async throws {
        let world = try AdminWorld()
        let answer = try await world.send(.patch, "/v1/tokens")
        #expect(answer.fields[.allow] == "GET, HEAD, POST")
    }

    @Test("answers HEAD as GET without the body")
    func head() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let asked = try await world.send(.get, "/v1/whoami", admin)
        let answer = try await world.send(.head, "/v1/whoami", admin)
        #expect(answer.status == 200)
        #expect(answer.text.isEmpty)
        #expect(answer.fields[.contentLength] == String(asked.text.utf8.count))
        #expect(try await world.send(.head, "/v1/whoami").text.isEmpty)
        #expect(try await world.send(.head, "/v1/login").status == 405)
    }

    @Test("keeps an event of what was done and of what was refused")
    func events() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let admin = try #require(tokens[.admin])
        _ = try await world.send(.post, "/v1/login", nil, #"{"user":"admin","password":"x"}"#)
        _ = try await world.send(.post, "/v1/gateways/gw-1/enrolment-token", tokens[.readOnly])
        let page = try await world.send(.get, "/v1/events?limit=1000", admin).json
        let events = page["items"]?.elements ?? []
        let seen = events.map {
            "\($0["action"]?.text ?? "") \($0["actor"]?.text ?? "") \($0["result"]?.text ?? "")"
        }
        #expect(seen.contains("commit admin ok"))
        #expect(seen.contains("configure admin ok"))
        #expect(seen.contains("token.create (bootstrap) ok"))
        #expect(seen.contains { $0.hasPrefix("login ") && $0.hasSuffix("refused") })
        #expect(seen.contains { $0 == "request rita refused" })
        let numbers = events.compactMap { $0["sequence"]?.integer }
        #expect(numbers == Array(stride(from: Int64(numbers.count), to: 0, by: -1)))
        #expect(try await world.send(.get, "/v1/events", tokens[.readOnly]).status == 403)
    }
}
