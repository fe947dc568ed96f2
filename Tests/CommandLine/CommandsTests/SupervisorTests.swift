// What `clawgress up` does when daemons die, told to its state machine in milliseconds.

import ClawgressCommands
import Testing

@Suite("The supervisor of clawgress up")
struct SupervisorTests {
    private static let daemons = ["policy", "admin-api", "gateway"]

    /// All three are ready at the time 0.
    private func running() -> Supervisor {
        var supervisor = Supervisor(Self.daemons)
        for name in Self.daemons {
            #expect(supervisor.begin(name, at: 0) == [.start(name)])
            supervisor.becameReady(name, at: 0)
        }
        return supervisor
    }

    @Test("starts nothing by itself, and each daemon once")
    func begin() {
        var supervisor = Supervisor(Self.daemons)
        #expect(supervisor.tick(at: 1_000_000).isEmpty && supervisor.nextTick == nil)
        #expect(supervisor.begin("policy", at: 5) == [.start("policy")])
        #expect(supervisor.begin("policy", at: 6).isEmpty)
        #expect(supervisor.begin("unknown", at: 6).isEmpty)
        #expect(supervisor.state(of: "policy") == .starting(since: 5))
        #expect(supervisor.state(of: "gateway") == .idle)
    }

    @Test("starts a daemon that died again, after pauses that double up to a bound")
    func restart() {
        var supervisor = running()
        var now: Int64 = 0
        for pause in [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000] as [Int64] {
            #expect(supervisor.ended("gateway", at: now).isEmpty)
            #expect(supervisor.state(of: "gateway") == .paused(until: now + pause))
            #expect(supervisor.nextTick == now + pause)
            #expect(supervisor.tick(at: now + pause - 1).isEmpty)
            now += pause
            #expect(supervisor.tick(at: now) == [.start("gateway")])
            #expect(supervisor.tick(at: now).isEmpty)
            supervisor.becameReady("gateway", at: now)
        }
        #expect(supervisor.report.map { $0.restarts } == [0, 0, 8])
        #expect(supervisor.phase == .running)
    }

    @Test("takes one that ran for long for healthy again")
    func steady() {
        var supervisor = running()
        _ = supervisor.ended("policy", at: 100)
        _ = supervisor.tick(at: 350)
        supervisor.becameReady("policy", at: 400)
        _ = supervisor.ended("policy", at: 400 + 29_999)
        #expect(supervisor.state(of: "policy") == .paused(until: 400 + 29_999 + 500))
        _ = supervisor.tick(at: 40_000)
        supervisor.becameReady("policy", at: 40_000)
        _ = supervisor.ended("policy", at: 70_000)
        #expect(supervisor.state(of: "policy") == .paused(until: 70_250))
    }

    @Test("gives up where a daemon dies before it ever served, and ends the others")
    func firstStartFails() {
        var supervisor = Supervisor(Self.daemons)
        _ = supervisor.begin("policy", at: 0)
        supervisor.becameReady("policy", at: 10)
        _ = supervisor.begin("admin-api", at: 10)
        #expect(supervisor.ended("admin-api", at: 20) == [.terminate("policy")])
        #expect(supervisor.phase == .stopping)
        #expect(supervisor.begin("gateway", at: 25).isEmpty)
        #expect(supervisor.ended("policy", at: 30).isEmpty)
        #expect(supervisor.phase == .failed("admin-api"))
    }

    @Test("ends one that does not become ready, and starts it again if it had served before")
    func startTimeout() {
        var supervisor = running()
        _ = supervisor.ended("admin-api", at: 0)
        _ = supervisor.tick(at: 250)
        #expect(supervisor.tick(at: 60_249).isEmpty)
        #expect(supervisor.tick(at: 60_250) == [.kill("admin-api")])
        _ = supervisor.ended("admin-api", at: 60_260)
        #expect(supervisor.state(of: "admin-api") == .paused(until: 60_760))
        #expect(supervisor.phase == .running)
    }

    @Test("ends the daemons one after the other, the last started first")
    func stop() {
        var supervisor = running()
        #expect(supervisor.stop(at: 0) == [.terminate("gateway")])
        #expect(supervisor.ended("gateway", at: 5) == [.terminate("admin-api")])
        #expect(supervisor.ended("admin-api", at: 9) == [.terminate("policy")])
        #expect(supervisor.phase == .stopping)
        #expect(supervisor.ended("policy", at: 12).isEmpty)
        #expect(supervisor.phase == .stopped && supervisor.nextTick == nil)
    }

    @Test("kills one that does not end in time")
    func stopTimeout() {
        var supervisor = running()
        _ = supervisor.stop(at: 0)
        #expect(supervisor.tick(at: 19_999).isEmpty)
        #expect(supervisor.tick(at: 20_000) == [.kill("gateway")])
        #expect(supervisor.tick(at: 20_001).isEmpty)
        #expect(supervisor.ended("gateway", at: 20_002) == [.terminate("admin-api")])
    }

    @Test("told a second time, it kills what is left")
    func stopTwice() {
        var supervisor = running()
        _ = supervisor.stop(at: 0)
        #expect(
            supervisor.stop(at: 1) == [.kill("policy"), .kill("admin-api"), .kill("gateway")]
        )
        for name in Self.daemons { _ = supervisor.ended(name, at: 2) }
        #expect(supervisor.phase == .stopped)
    }

    @Test("does not start again what waited for its restart when it was told to end")
    func stopWhilePaused() {
        var supervisor = running()
        _ = supervisor.ended("gateway", at: 0)
        #expect(supervisor.stop(at: 10) == [.terminate("admin-api")])
        #expect(supervisor.tick(at: 10_000).isEmpty)
        _ = supervisor.ended("admin-api", at: 10_001)
        _ = supervisor.ended("policy", at: 10_002)
        #expect(supervisor.phase == .stopped)
    }

    @Test("a daemon that dies while another one ends is not waited for")
    func deathWhileStopping() {
        var supervisor = running()
        _ = supervisor.stop(at: 0)
        #expect(supervisor.ended("policy", at: 1).isEmpty)
        #expect(supervisor.ended("gateway", at: 2) == [.terminate("admin-api")])
        #expect(supervisor.ended("admin-api", at: 3).isEmpty)
        #expect(supervisor.phase == .stopped)
    }
}
