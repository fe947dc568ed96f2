// Bundles that go away by themselves unless somebody confirms them.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressContract
import Testing

@Suite("Bundles that must be confirmed")
struct ConfirmTests {
    private let seven = StreamHarness.bundle(7)
    private let eight = StreamHarness.bundle(8)
    private let nine = StreamHarness.bundle(9)

    /// Serves 8, which must be confirmed by 1060, after `disk`.
    private func unconfirmed(after disk: FakeDisk = .serving(7)) -> StreamHarness {
        var gateway = StreamHarness(disk)
        gateway.deadlines = [8: 1_060]
        gateway.welcome(latest: eight)
        gateway.fetched(eight)
        return gateway
    }

    @Test("comes back to what was before at the deadline, and says so")
    func reverts() {
        var gateway = unconfirmed()
        gateway.wall = 1_059
        gateway.feed(.tick)
        #expect(gateway.disk.active?.reference == eight)
        gateway.wall = 1_060
        gateway.feed(.tick)
        #expect(gateway.disk.active?.reference == seven)
        #expect(gateway.lastState?.revertedSerial == 8 && gateway.lastState?.active == seven)
        #expect(gateway.machine.view.revertedSerial == 8)
    }

    @Test("does so when it is cut off, and never takes the same bundle again")
    func cutOff() {
        var gateway = unconfirmed()
        gateway.feed(.lost("gone", attempt: 1))
        gateway.wall = 1_060
        gateway.feed(.tick)
        #expect(gateway.disk.active?.reference == seven)
        gateway.pass(milliseconds: 200)
        gateway.done = []
        gateway.hear(.welcome(latest: eight, keySet: "1"))
        gateway.hear(.activate(eight))
        #expect(!gateway.done.contains(.fetch(eight)))
        #expect(gateway.lastState?.revertedSerial == 8 && !gateway.machine.view.isBehind)
    }

    @Test("does so after a start, from what is on the disk")
    func afterStart() {
        var gateway = StreamHarness(unconfirmed().disk)
        gateway.wall = 2_000
        gateway.feed(.tick)
        #expect(gateway.disk.active?.reference == seven)
        #expect(gateway.machine.view.revertedSerial == 8)
    }

    @Test("a newer bundle in time is the confirmation, and one after the revert ends the talk")
    func newer() {
        for deadline: Int64 in [1_059, 1_060] {
            var gateway = unconfirmed()
            gateway.wall = deadline
            gateway.feed(.tick)
            gateway.hear(.activate(nine))
            gateway.fetched(nine)
            gateway.wall = 1_061
            gateway.feed(.tick)
            #expect(gateway.disk.active?.reference == nine && gateway.disk.earlier == nil)
            #expect(gateway.machine.view.revertedSerial == nil)
        }
    }

    @Test("keeps what was before the first of two unconfirmed ones")
    func twice() {
        var gateway = unconfirmed()
        gateway.deadlines[9] = 1_090
        gateway.hear(.activate(nine))
        gateway.fetched(nine)
        gateway.wall = 1_090
        gateway.feed(.tick)
        #expect(gateway.disk.active?.reference == seven)
    }

    @Test("stays with an unconfirmed bundle if there was nothing before it, and complains once")
    func nothingBefore() {
        var gateway = unconfirmed(after: FakeDisk())
        gateway.wall = 1_060
        gateway.feed(.tick)
        gateway.feed(.tick)
        #expect(gateway.disk.active?.reference == eight)
        #expect(gateway.done.filter { $0 == .complain(.confirmOverdue(eight)) }.count == 1)
    }

    @Test("stays with it if what was before cannot be served any more")
    func earlierLost() {
        var gateway = unconfirmed()
        gateway.disk.earlier = nil
        gateway.wall = 1_060
        gateway.feed(.tick)
        #expect(gateway.disk.active?.reference == eight)
        #expect(gateway.done.last == .complain(.confirmOverdue(eight)))
    }
}
