// The two phases, line by line: what is done, what is said, and what stays as it was.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressContract
import Testing

@Suite("The stream of bundles")
struct BundleStreamTests {
    private let seven = StreamHarness.bundle(7)
    private let eight = StreamHarness.bundle(8)
    private let nine = StreamHarness.bundle(9)

    /// Serves 7 and was welcomed with it.
    private func following() -> StreamHarness {
        var gateway = StreamHarness(.serving(7))
        gateway.welcome(latest: seven)
        gateway.feed(.tick)
        gateway.done = []
        return gateway
    }

    /// The same, with 8 prepared.
    private func preparing() -> StreamHarness {
        var gateway = following()
        gateway.hear(.prepare(eight))
        gateway.fetched(eight)
        return gateway
    }

    /// Serves 7 and has 8 prepared, as it was killed.
    private func killed() -> StreamHarness {
        var disk = FakeDisk.serving(7)
        disk.prepared = eight
        return StreamHarness(disk)
    }

    @Test("says where it stands as soon as it is welcomed, and is ready then")
    func welcome() {
        var gateway = StreamHarness(.serving(7))
        gateway.feed(.tick)
        #expect(gateway.done == [.connect(attempt: 1)])
        #expect(!gateway.machine.view.isSettled)
        gateway.hear(.welcome(latest: seven, keySet: "1"))
        #expect(gateway.done[1] == .keepKeySet("1"))
        #expect(gateway.lastState?.active == seven && gateway.lastState?.keySetVersion == 1)
        let view = gateway.machine.view
        #expect(view.isConnected && view.isSettled && !view.isBehind && view.lastHeard == 1_000)
    }

    @Test("prepares and changes nothing, then activates and fetches nothing")
    func twoPhases() {
        var gateway = following()
        gateway.hear(.prepare(eight))
        #expect(gateway.done == [.fetch(eight)])
        gateway.fetched(eight)
        #expect(gateway.answers == [eight.isPrepared])
        #expect(gateway.disk.active?.reference == seven)
        #expect(gateway.machine.view.prepared == eight)
        gateway.done = []
        gateway.hear(.activate(eight))
        #expect(gateway.done.first == .activatePrepared(eight))
        #expect(gateway.answers == [eight.isActivated])
        #expect(gateway.disk.active?.reference == eight && gateway.disk.prepared == nil)
    }

    @Test("forgets what is aborted, before and after it was fetched")
    func abort() {
        var gateway = following()
        gateway.hear(.prepare(eight))
        gateway.hear(.abort(epoch: 1, serial: 8))
        #expect(gateway.done == [.fetch(eight), .cancelFetch])
        gateway.fetched(eight)
        #expect(gateway.answers.isEmpty && gateway.disk.prepared == nil)
        gateway = preparing()
        gateway.hear(.abort(epoch: 1, serial: 8))
        #expect(gateway.done.last == .dropPrepared)
        #expect(gateway.disk.prepared == nil && gateway.disk.active?.reference == seven)
        let done = gateway.done
        gateway.hear(.abort(epoch: 1, serial: 8))
        #expect(gateway.done == done)
    }

    @Test("says the same again when it is asked the same again")
    func duplicates() {
        var gateway = preparing()
        gateway.done = []
        gateway.hear(.prepare(eight))
        #expect(gateway.done == [.report(eight.isPrepared, attempt: 1)])
        gateway.hear(.activate(eight))
        gateway.done = []
        gateway.hear(.activate(eight))
        #expect(gateway.done == [.report(eight.isActivated, attempt: 1)])
    }

    @Test("refuses what does not compile, once for each connection")
    func unusable() {
        var gateway = following()
        gateway.unusable = [8]
        gateway.hear(.prepare(eight))
        gateway.fetched(eight)
        #expect(gateway.answers == [eight.isRefused()])
        gateway.done = []
        gateway.hear(.activate(eight))
        #expect(gateway.done == [.report(eight.isRefused(), attempt: 1)])
        #expect(gateway.machine.view.isBehind)
        #expect(gateway.machine.view.problem == StreamHarness.refusal.reason)
        gateway.unusable = []
        gateway.feed(.lost("gone", attempt: 1))
        gateway.pass(milliseconds: 100)
        gateway.hear(.welcome(latest: eight, keySet: "1"))
        gateway.fetched(eight)
        #expect(gateway.disk.active?.reference == eight && gateway.machine.view.problem == nil)
    }

    @Test("refuses what is not higher than what it activated before", arguments: [6, 7] as [Int64])
    func notNewer(serial: Int64) {
        var gateway = following()
        gateway.hear(.prepare(StreamHarness.bundle(serial)))
        guard case .refused(1, serial, "bundle_not_newer", _)? = gateway.answers.last else {
            Issue.record("\(gateway.answers)")
            return
        }
        gateway.done = []
        gateway.hear(.activate(StreamHarness.bundle(6)))
        #expect(gateway.done.isEmpty)
    }

    @Test("takes what was decided meanwhile as soon as it is welcomed")
    func catchUp() {
        var gateway = StreamHarness(.serving(7))
        gateway.welcome(latest: nine)
        #expect(gateway.done.contains(.fetch(nine)))
        #expect(!gateway.machine.view.isSettled && gateway.machine.view.isBehind)
        #expect(gateway.lastState?.ready == false)
        gateway.fetched(nine)
        #expect(gateway.answers == [nine.isActivated])
        #expect(gateway.machine.view.isSettled && !gateway.machine.view.isBehind)
    }

    @Test("activates what it had prepared when it was killed, without fetching it")
    func decidedMeanwhile() {
        var gateway = killed()
        gateway.welcome(latest: eight)
        #expect(gateway.done.contains(.activatePrepared(eight)))
        #expect(!gateway.done.contains(.fetch(eight)))
        #expect(gateway.disk.active?.reference == eight)
    }

    @Test("asks about what is undecided, and does not say that it is ready before it knows")
    func undecided() {
        var gateway = killed()
        gateway.feed(.tick)
        gateway.feed(.lost("refused", attempt: 1))
        #expect(!gateway.machine.view.isSettled)
        gateway.pass(milliseconds: 100)
        gateway.hear(.welcome(latest: seven, keySet: "1"))
        #expect(gateway.lastState?.prepared == eight && gateway.lastState?.ready == false)
        #expect(!gateway.machine.view.isSettled)
        gateway.hear(.abort(epoch: 1, serial: 8))
        #expect(gateway.machine.view.isSettled && gateway.disk.prepared == nil)
    }

    @Test("serves what it has when nobody answers: at once, or after a while if it is undecided")
    func alone() {
        var gateway = StreamHarness(.serving(7))
        gateway.feed(.tick)
        gateway.feed(.lost("refused", attempt: 1))
        #expect(gateway.machine.view.isSettled)
        gateway = killed()
        for _ in 0..<5 { gateway.pass(milliseconds: 999) }
        #expect(!gateway.machine.view.isSettled)
        gateway.pass(milliseconds: 5)
        #expect(gateway.machine.view.isSettled && gateway.disk.prepared == eight)
    }

    @Test("drops what it had prepared when something newer was decided")
    func superseded() {
        var gateway = killed()
        gateway.welcome(latest: nine)
        #expect(gateway.done.contains(.dropPrepared))
        gateway.fetched(nine)
        #expect(gateway.disk.active?.reference == nine && gateway.disk.prepared == nil)
    }

    @Test("fetches again what it prepared, if that is lost when it is decided")
    func preparedLost() {
        var gateway = preparing()
        gateway.losesPrepared = true
        gateway.done = []
        gateway.hear(.activate(eight))
        #expect(gateway.done == [.activatePrepared(eight), .fetch(eight)])
        gateway.fetched(eight)
        #expect(gateway.disk.active?.reference == eight)
    }

    @Test("what is decided goes before what is offered, and neither is lost")
    func decidedFirst() {
        var gateway = following()
        gateway.hear(.prepare(nine))
        gateway.hear(.activate(eight))
        #expect(gateway.done == [.fetch(nine), .cancelFetch, .fetch(eight)])
        gateway.fetched(nine)
        gateway.fetched(eight)
        #expect(gateway.done.last == .fetch(nine))
        gateway.fetched(nine)
        #expect(gateway.answers == [eight.isActivated, nine.isPrepared])
    }

    @Test("an offer becomes a decision while it is fetched")
    func decidedWhileFetching() {
        var gateway = following()
        gateway.hear(.prepare(eight))
        gateway.hear(.activate(eight))
        #expect(gateway.done == [.fetch(eight)])
        gateway.fetched(eight)
        #expect(gateway.answers == [eight.isActivated])
    }

    @Test("refuses an offer that it cannot fetch, and tries a decision again")
    func fetchFails() {
        let why = StreamRefusal(code: "bundle_not_fetched", reason: "no answer in time")
        var gateway = following()
        gateway.hear(.prepare(eight))
        gateway.feed(.fetchFailed(eight, why))
        #expect(gateway.answers == [eight.isRefused(why)])
        gateway.hear(.activate(eight))
        gateway.feed(.fetchFailed(eight, why))
        gateway.done = []
        gateway.feed(.tick)
        #expect(gateway.done.isEmpty)
        gateway.pass(milliseconds: 100)
        #expect(gateway.done == [.fetch(eight)])
        gateway.fetched(eight)
        #expect(gateway.disk.active?.reference == eight)
    }

    @Test("takes the last bundle once more if the disk lost it")
    func lostBundle() {
        var disk = FakeDisk()
        disk.highest = seven.order
        var gateway = StreamHarness(disk)
        gateway.welcome(latest: seven)
        gateway.fetched(seven)
        #expect(gateway.disk.active?.reference == seven)
    }

    @Test("a new key set gives what was refused another chance")
    func keySet() {
        var gateway = following()
        gateway.unusable = [8]
        gateway.hear(.activate(eight))
        gateway.fetched(eight)
        gateway.done = []
        gateway.hear(.keySet("2"))
        #expect(gateway.done.contains(.fetch(eight)))
        #expect(gateway.lastState?.keySetVersion == 2)
        gateway.hear(.keySet("1"))
        #expect(gateway.machine.view.problem == "older")
        #expect(gateway.machine.view.keySetVersion == 2)
    }

    @Test("a key set without the key of what is prepared makes it forgotten")
    func withdrawnKey() {
        var gateway = preparing()
        gateway.feed(.keySetKept(version: 2, preparedStands: false))
        #expect(gateway.disk.prepared == nil && gateway.machine.view.prepared == nil)
    }
}
