// What a request is the same as, and what it depends on.

import ClawgressAdminAPI
import ClawgressContract
import HTTPTypes
import Testing

@Suite("Preconditions")
struct PreconditionTests {
    @Test("a key belongs to a precondition, too, and a weak tag is none")
    func preconditions() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let name = try #require(HTTPField.Name("Idempotency-Key"))
        let path = "/v1/candidate/edit"
        let body = #"{"edits":[\#(AdminWorld.agent)]}"#
        let etag = try #require(try await world.send(.get, "/v1/candidate", admin).fields[.eTag])
        let fields: HTTPFields = [name: "k", .ifMatch: etag]
        #expect(try await world.send(.post, path, admin, body, fields: fields).status == 200)
        #expect(try await world.send(.post, path, admin, body, fields: fields).status == 200)
        let other: HTTPFields = [name: "k", .ifMatch: "\"other\""]
        let reused = try await world.send(.post, path, admin, body, fields: other)
        #expect(reused.code == "idempotency_key_reused")
        let now = try #require(try await world.send(.get, "/v1/candidate", admin).fields[.eTag])
        let weak = try await world.send(.post, path, admin, body, fields: [.ifMatch: "W/" + now])
        #expect(weak.status == 412)
        // For reading, a weak tag is good enough.
        let same = try await world.send(
            .get,
            "/v1/candidate",
            admin,
            fields: [.ifNoneMatch: "W/" + now]
        )
        #expect(same.status == 304)
    }
}
