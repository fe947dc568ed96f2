// The audit trail: what is in the spool is what the API says, and nothing changes without it.

import ClawgressAdminAPI
import ClawgressAudit
import ClawgressBytes
import ClawgressContract
import ClawgressJWS
import GRDB
import HTTPTypes
import Testing

@Suite("Audit events")
struct EventTests {
    private func spooled(_ world: AdminWorld) throws -> [String] {
        var reader = SpoolReader(folder: "\(world.folder)/spool")
        var lines: [String] = []
        while let record = try reader.next() {
            var line = ByteBuffer(capacity: EventWriter.bytesMax)
            EventWriter.write(record, to: &line)
            lines.append(line.bytes.string())
        }
        return lines
    }

    private func told(_ world: AdminWorld, _ token: String) async throws -> [JSONValue] {
        let page = try await world.send(.get, "/v1/events?limit=1000", token).json
        return try #require(page["items"]?.elements).reversed()
    }

    @Test("the spool has what the API tells, once and in order, over a restart")
    func same() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let admin = try #require(tokens[.admin])
        let first = try await world.commit(admin, AdminWorld.agent)
        _ = try await world.send(.delete, "/v1/gateways/gw-1", tokens[.auditor])
        try world.start()
        _ = try await world.send(.post, "/v1/login", nil, #"{"user":"admin","password":"x"}"#)
        world.plane.revert(to: try first.member("revision"))
        try await world.api.follow()
        let events = try await told(world, admin)
        let lines = try spooled(world).map { try StrictJSON.read($0) }
        #expect(events == lines)
        let words = events.compactMap { $0["action"]?.text }
        #expect(words.suffix(3) == ["request", "login", "revert"])
        #expect(words.filter { $0 == "commit" }.count == 2)
        #expect(Set(events.compactMap { $0["boot_id"]?.text }).count == 2)
    }

    @Test("an event that the database could not mark as spooled is not spooled again")
    func markedLater() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let beside = try DatabaseQueue(path: "\(world.folder)/admin-api.sqlite")
        try await beside.write { database in
            try database.execute(
                sql: """
                    CREATE TRIGGER refuse BEFORE UPDATE OF note ON event
                    BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END
                    """
            )
        }
        let before = try spooled(world).count
        #expect(try await world.send(.delete, "/v1/tokens/nobodys-1", admin).status == 503)
        #expect(try spooled(world).count == before + 1)
        #expect(try await world.send(.delete, "/v1/tokens/nobodys-2", admin).status == 503)
        #expect(try spooled(world).count == before + 1)
        try await beside.write { try $0.execute(sql: "DROP TRIGGER refuse") }
        #expect(try await world.send(.delete, "/v1/tokens/nobodys-3", admin).status == 404)
        let events = try await told(world, admin)
        #expect(events == (try spooled(world).map { try StrictJSON.read($0) }))
        #expect(Set(events.compactMap { $0["event_id"]?.text }).count == events.count)
    }

    @Test("an event says who, in which role, from where, on what and why")
    func fields() async throws {
        let world = try AdminWorld()
        let tokens = try await world.staff()
        let admin = try #require(tokens[.admin])
        let answer = try await world.commit(admin, AdminWorld.agent)
        _ = try await world.send(.put, "/v1/agents/a?commit=true", tokens[.readOnly], "{}")
        let events = try await told(world, admin)
        let commit = try #require(events.last { $0["action"]?.text == "commit" })
        #expect(commit["actor"]?.text == "admin")
        #expect(commit["role"]?.text == "admin")
        #expect(commit["source_address"]?.text == "192.0.2.1")
        #expect(commit["commit_id"]?.text == (try answer.member("commit_id")))
        #expect(commit["revision"]?.text == (try answer.member("revision")))
        #expect(commit["serial"] == (try answer.json["serial"]))
        #expect(commit["summary"]?.text?.contains("+ agent crawler team") == true)
        let refused = try #require(events.last)
        #expect(refused["subject"]?.text == "PUT /v1/agents/a")
        #expect(refused["role"]?.text == "read-only")
        #expect(refused["result"]?.text == "refused")
        #expect(refused["reason"]?.text == "role_insufficient")
    }

    @Test("what was under way at the policy service when the daemon ended has an event, once")
    func announced() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        world.plane.mood = .holds
        let asked = Task { try await world.send(.delete, "/v1/gateways/gw-1", admin) }
        await world.plane.untilItHolds()
        let killed = try AdminWorld(copyOf: world)
        world.plane.release()
        #expect(try await asked.value.status == 204)
        try await killed.api.follow()
        try killed.start()
        try await killed.api.follow()
        for (world, result) in [(world, "ok"), (killed, "failed")] {
            let events = try await told(world, admin).filter {
                $0["action"]?.text == "gateway.revoke"
            }
            #expect(events.map { $0["result"]?.text } == [result])
            #expect(events.first?["subject"]?.text == "gw-1")
            #expect(events.first?["actor"]?.text == "admin")
            #expect(events.first?["reason"]?.text == (result == "ok" ? nil : "outcome_unknown"))
            #expect(try spooled(world).count { $0.contains("gateway.revoke") } == 1)
        }
    }

    @Test("without room for events nothing may be changed, and reading goes on")
    func full() async throws {
        let world = try AdminWorld(spoolBytes: 1 << 20)
        var limits = AdminLimits()
        limits.refusalEventsPerMinute = 100_000
        try world.start(limits)
        let admin = try await world.admin()
        let long = "/v1/tokens/" + String(repeating: "x", count: 900)
        var answer = try await world.send(.delete, long, admin)
        for _ in 0..<3_000 where answer.status == 404 {
            answer = try await world.send(.delete, long, admin)
        }
        #expect(answer.status == 503)
        #expect(answer.code == "audit_failed")
        #expect(answer.fields[.retryAfter] == "5")
        let refused = try await world.send(.post, "/v1/tokens", admin, #"{"name":"x"}"#)
        #expect(refused.code == "audit_failed")
        #expect(refused.text.contains("nothing was changed"))
        let tokens = try await world.send(.get, "/v1/tokens", admin)
        #expect(try tokens.json["items"]?.elements?.count == 1)
    }
}
