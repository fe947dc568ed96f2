// Lists: page by page, and not sent twice to who has them.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import HTTPTypes
import Testing

@Suite("Lists")
struct ListTests {
    /// Every entry of a list, two at a time.
    private func pages(
        _ world: AdminWorld,
        _ token: String,
        _ path: String,
        _ member: String
    ) async throws -> (entries: [JSONValue], count: Int) {
        var entries: [JSONValue] = []
        var count = 0
        var cursor = ""
        repeat {
            let query = "limit=2" + (cursor.isEmpty ? "" : "&cursor=\(cursor)")
            let answer = try await world.send(.get, "\(path)?\(query)", token)
            #expect(answer.status == 200, "\(answer.text)")
            let page = try #require(try answer.json[member]?.elements)
            #expect((1...2).contains(page.count))
            entries += page
            count += 1
            cursor = try answer.json["next_cursor"]?.text ?? ""
        } while !cursor.isEmpty && count < 10
        return (entries, count)
    }

    @Test("gateways come in pages, by their ids")
    func gateways() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        world.plane.gatewayIDs = ["gw-5", "gw-1", "gw-3", "gw-2", "gw-4"]
        let all = try await pages(world, admin, "/v1/gateways", "gateways")
        #expect(all.count == 3)
        let names = all.entries.map { $0["gateway_id"]?.text }
        #expect(names == ["gw-1", "gw-2", "gw-3", "gw-4", "gw-5"])
    }

    @Test("the differences of two configurations come in pages, and each says how many there are")
    func differences() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let lines = (1...5).map { #""set quota a\#($0) rps-limit 1""# }.joined(separator: ",")
        let body = #"{"edits":[\#(lines)]}"#
        #expect(try await world.send(.post, "/v1/candidate/edit", admin, body).status == 200)
        let all = try await pages(world, admin, "/v1/compare", "changes")
        #expect(all.count == 3)
        let paths = all.entries.map { $0["path"]?.text }
        #expect(paths == (1...5).map { "quota a\($0) rps-limit" })
        for path in ["/v1/compare?limit=2", "/v1/compare?cursor=4", "/v1/compare?cursor=99"] {
            #expect(try await world.send(.get, path, admin).json["change_count"]?.integer == 5)
        }
        let wrong = try await world.send(.get, "/v1/compare?cursor=x", admin)
        #expect(wrong.code == "parameter_refused")
    }

    @Test("what has a tag is not sent again to who has it, and is when it has changed")
    func tags() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let commit = try await world.commit(admin, AdminWorld.agent)
        let names = [
            "/v1/revisions/{id}": try commit.member("revision"),
            "/v1/commits/{id}": try commit.member("commit_id"),
        ]
        var seen: [String: String] = [:]
        for route in AdminRoute.all where route.method == .get && route.statuses.contains(304) {
            let name = names[route.path] ?? (route.path.contains("/agents/") ? "crawler" : "")
            guard !route.path.contains("{") || !name.isEmpty else { continue }
            let path = route.path.replacing("{id}", with: name)
            let first = try await world.send(.get, path, admin)
            #expect(first.status == 200, "\(path): \(first.text)")
            let etag = try #require(first.fields[.eTag], "\(path)")
            let again = try await world.send(.get, path, admin, fields: [.ifNoneMatch: etag])
            #expect(again.status == 304, "\(path)")
            #expect(again.text.isEmpty && again.fields[.eTag] == etag)
            seen[route.path] = etag
        }
        let lists = ["gateways", "commits", "revisions", "tokens", "agents", "agents/{id}/keys"]
        for list in lists { #expect(seen["/v1/\(list)"] != nil, "\(list)") }
        _ = try await world.send(.post, "/v1/agents/crawler/keys?commit=true", admin)
        _ = try await world.send(.post, "/v1/tokens", admin, #"{"name":"second"}"#)
        world.plane.gatewayIDs = ["gw-1", "gw-2"]
        for list in lists {
            let path = "/v1/\(list)".replacing("{id}", with: "crawler")
            let etag = try #require(seen["/v1/\(list)"])
            let answer = try await world.send(.get, path, admin, fields: [.ifNoneMatch: etag])
            #expect(answer.status == 200, "\(path)")
        }
    }
}
