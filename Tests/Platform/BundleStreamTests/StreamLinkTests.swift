// The connection: when it is made, when it is given up, and what of it is not believed.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressContract
import Testing

@Suite("The connection to the policy service")
struct StreamLinkTests {
    private let seven = StreamHarness.bundle(7)
    private let eight = StreamHarness.bundle(8)

    private func following() -> StreamHarness {
        var gateway = StreamHarness(.serving(7))
        gateway.welcome(latest: seven)
        gateway.feed(.tick)
        gateway.done = []
        return gateway
    }

    @Test("says where it stands every three seconds")
    func heartbeat() {
        var gateway = following()
        for _ in 0..<4 {
            gateway.pass(milliseconds: 1_500)
            gateway.hear(.ping)
        }
        #expect(gateway.reports.count == 2 && gateway.lastState?.ready == true)
        gateway.isServing = false
        gateway.pass(milliseconds: 3_000)
        #expect(gateway.lastState?.ready == false)
    }

    @Test("says at once that it is ready, and that it is not any more")
    func readiness() {
        var gateway = following()
        for isServing in [false, true] {
            gateway.isServing = isServing
            gateway.done = []
            gateway.feed(.tick)
            gateway.feed(.tick)
            #expect(gateway.reports.count == 1 && gateway.lastState?.ready == isServing)
        }
    }

    @Test("says at once what its disk does not take, and that it has everything again")
    func stateFolder() {
        var gateway = following()
        for problem in ["the disk is full", nil] {
            gateway.done = []
            gateway.feed(.stateFolder(problem: problem))
            gateway.feed(.stateFolder(problem: problem))
            #expect(gateway.reports.count == 1 && gateway.lastState?.problem == problem)
            #expect(gateway.machine.view.problem == problem)
        }
        gateway.feed(.stateFolder(problem: "the disk is full"))
        gateway.feed(.lost("gone", attempt: 1))
        #expect(gateway.machine.view.problem == "the disk is full")
    }

    @Test("gives up a connection on which nothing is heard for six seconds, and makes another")
    func silence() {
        var gateway = following()
        gateway.pass(milliseconds: 5_999)
        #expect(gateway.machine.view.isConnected)
        gateway.pass(milliseconds: 1)
        #expect(gateway.done.contains(.disconnect(attempt: 1)))
        #expect(!gateway.machine.view.isConnected)
        gateway.pass(milliseconds: 100)
        #expect(gateway.done.last == .connect(attempt: 2))
    }

    @Test("waits longer after each failure, never longer than two seconds")
    func pauses() {
        var gateway = StreamHarness(.serving(7))
        var pauses: [Int64] = []
        gateway.feed(.tick)
        for _ in 0..<8 {
            let attempt = gateway.attempt
            let failed = gateway.now
            gateway.feed(.lost("refused", attempt: attempt))
            while gateway.attempt == attempt { gateway.pass(milliseconds: 1) }
            pauses.append(gateway.now - failed)
        }
        #expect(pauses == pauses.sorted())
        #expect((50...100).contains(pauses[0]) && (1_000...2_000).contains(pauses[7]))
        gateway.hear(.welcome(latest: seven, keySet: "1"))
        gateway.feed(.lost("gone", attempt: gateway.attempt))
        #expect(gateway.machine.pause(at: gateway.now) <= 100)
    }

    @Test("never waits longer than a second for the clock")
    func pauseBounds() {
        var gateway = StreamHarness(.serving(7))
        #expect(gateway.machine.pause(at: 0) == 1)
        gateway.welcome(latest: seven)
        #expect(gateway.machine.pause(at: gateway.now) == 1_000)
    }

    @Test("hears nothing on a connection that is gone")
    func lateLines() {
        var gateway = following()
        gateway.feed(.lost("gone", attempt: 1))
        gateway.done = []
        gateway.hear(.activate(eight))
        gateway.feed(.lost("gone", attempt: 1))
        #expect(gateway.done.isEmpty)
        gateway.pass(milliseconds: 100)
        gateway.feed(.line(PolicyStreamLine.activate(eight).text, attempt: 1))
        #expect(gateway.done == [.connect(attempt: 2)])
    }

    @Test("prepares nothing for whom it does not hear any more")
    func lostWhilePreparing() {
        var gateway = following()
        gateway.hear(.prepare(eight))
        gateway.feed(.lost("gone", attempt: 1))
        #expect(gateway.done.contains(.cancelFetch))
        gateway.fetched(eight)
        #expect(gateway.answers.isEmpty && gateway.disk.prepared == nil)
    }

    @Test(
        "gives up on lines that cannot be understood",
        arguments: [
            "", "{", "[]", "null", #"{"type":1}"#, #"{"type":"prepare"}"#,
            #"{"type":"activate","epoch":1,"serial":-1,"revision":"r"}"#,
            #"{"type":"activate","epoch":1,"serial":1.0,"revision":"r"}"#,
            #"{"type":"ping","type":"ping"}"#, #"{"type":"welcome","latest":null,"key_set":"1"}"#,
            #"{"type":"ping"} x"#, "\u{0}",
        ]
    )
    func garbage(line: String) {
        var gateway = following()
        let disk = gateway.disk
        gateway.feed(.line(line, attempt: 1))
        #expect(gateway.done.first == .disconnect(attempt: 1))
        #expect(gateway.disk == disk && gateway.machine.view.problem != nil)
    }

    @Test("gives up on a line that is too long")
    func oversize() {
        var gateway = following()
        let long = String(repeating: " ", count: 262_144) + PolicyStreamLine.ping.text
        gateway.feed(.line(long, attempt: 1))
        #expect(gateway.done.first == .disconnect(attempt: 1))
    }

    @Test("skips a line of a type that it does not know, and takes it for a sign of life")
    func unknownType() {
        var gateway = following()
        gateway.pass(milliseconds: 5_000)
        gateway.feed(.line(#"{"type":"praise","for":"you"}"#, attempt: 1))
        gateway.pass(milliseconds: 5_000)
        #expect(gateway.machine.view.isConnected)
    }

    @Test("wants a welcome first")
    func noWelcome() {
        var gateway = StreamHarness(.serving(7))
        gateway.feed(.tick)
        gateway.hear(.activate(eight))
        #expect(gateway.done.contains(.disconnect(attempt: 1)))
        #expect(!gateway.done.contains(.fetch(eight)))
    }
}
