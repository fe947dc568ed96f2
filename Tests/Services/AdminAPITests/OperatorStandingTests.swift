// What becomes of those whose standing changes while they wait, and that nobody's standing waits.

import ClawgressAdminAPI
import ClawgressContract
import ClawgressJWS
import Foundation
import HTTPTypes
import Logging
import Synchronization
import TestKit
import Testing

@Suite("Operators' standing", .timeLimit(.minutes(5)))
struct OperatorStandingTests {
    /// What is done to her; her token, made for an admin, is worth nothing afterwards.
    private static let losses: [(HTTPRequest.Method, String?)] = [
        (.delete, nil),
        (.put, #"{"role":"operator"}"#),
        (.put, #"{"role":"admin","status":"disabled"}"#),
    ]

    @Test("who lost a role while waiting for a turn changes nothing any more", arguments: losses)
    func queued(method: HTTPRequest.Method, body: String?) async throws {
        let world = try AdminWorld()
        let admin = try #require(try await world.staff()[.admin])
        try await world.commit(admin, #""set user eve role admin""#)
        let wish = #"{"name":"hers","user":"eve"}"#
        let eve = try await world.send(.post, "/v1/tokens", admin, wish).member("token")

        world.plane.mood = .holds
        async let removal = world.send(method, "/v1/users/eve?commit=true", admin, body)
        await world.plane.untilItHolds()
        let more = #"{"role":"admin"}"#
        async let late = world.send(.put, "/v1/users/evil?commit=true", eve, more)
        // She was let in at the door, as the admin that she was.
        while try await !isUsed(world, admin, "eve") { await Task.yield() }
        world.plane.release()

        let removed = try await removal
        #expect(removed.status == 200, "\(removed.text)")
        let refused = try await late
        #expect(refused.status == 401, "\(refused.text)")
        let users = try await world.send(.get, "/v1/users?of=active", admin)
        #expect(!users.text.contains("evil"))
    }

    private func isUsed(_ world: AdminWorld, _ token: String, _ user: String) async throws -> Bool {
        let page = try await world.send(.get, "/v1/tokens", token).json
        return (page["items"]?.elements ?? []).contains {
            $0["user"]?.text == user && $0["last_used_at"]?.text != nil
        }
    }

    @Test("a credential is proved while the desk is at work")
    func busyDesk() async throws {
        let stop = Stop(at: "cannot follow the policy service")
        let world = try AdminWorld(logger: Logger(label: "test") { _ in stop })
        let admin = try await world.admin()
        world.plane.mood = .isGone
        // The desk writes that line, and waits in it.
        async let following: Void = world.api.follow()
        while !stop.isReached { await Task.yield() }
        #expect(try await world.send(.get, "/v1/whoami", admin).status == 200)
        #expect(!stop.isOver, "it was answered only when the desk went on")
        stop.end()
        try await following
    }

    @Test("a session that was asked for with an old password does not outlive it")
    func passwordRace() async throws {
        let world = try AdminWorld()
        let admin = try await world.admin()
        let path = "/v1/users/admin/password"
        func password(_ round: Int) -> String { "correct horse battery \(round)" }
        func set(_ round: Int) async throws -> Answer {
            try await world.send(.put, path, admin, #"{"password":"\#(password(round))"}"#)
        }
        #expect(try await set(0).status == 204)
        for round in 1...3 {
            async let changed = set(round)
            let body = #"{"user":"admin","password":"\#(password(round - 1))"}"#
            async let login = world.send(.post, "/v1/login", nil, body)
            let (answerToChange, answer) = try await (changed, login)
            #expect(answerToChange.status == 204, "\(answerToChange.text)")
            guard answer.status == 200 else { continue }
            let session = try answer.member("token")
            #expect(try await world.send(.get, "/v1/whoami", session).status == 401)
        }
    }
}

/// A log in which whoever writes a certain line waits until the test goes on, or for a minute.
private final class Stop: BareLogHandler {
    private enum State { case ahead, reached, over }

    private let line: String
    private let state = Mutex(State.ahead)
    private let gate = DispatchSemaphore(value: 0)

    init(at line: String) { self.line = line }

    var isReached: Bool { state.withLock { $0 != .ahead } }
    var isOver: Bool { state.withLock { $0 == .over } }

    func end() { gate.signal() }

    func log(event: LogEvent) {
        guard "\(event.message)" == line, state.withLock({ $0 == .ahead }) else { return }
        state.withLock { $0 = .reached }
        _ = gate.wait(timeout: .now() + 60)
        state.withLock { $0 = .over }
    }
}
