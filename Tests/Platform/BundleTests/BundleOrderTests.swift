// Only higher bundles are obeyed.

import ClawgressBundle
import Testing

@Suite("The order of bundles")
struct BundleOrderTests {
    @Test("the first bundle of a gateway may have any place")
    func first() throws {
        try BundleOrder(epoch: 1, serial: 0).requireHigher(than: nil)
    }

    @Test(
        "refuses whatever is not higher",
        arguments: [
            (BundleOrder(epoch: 2, serial: 5), BundleOrder(epoch: 2, serial: 5)),
            (BundleOrder(epoch: 2, serial: 4), BundleOrder(epoch: 2, serial: 5)),
            (BundleOrder(epoch: 1, serial: 9), BundleOrder(epoch: 2, serial: 5)),
        ]
    )
    func notHigher(offered: BundleOrder, active: BundleOrder) {
        #expect(throws: BundleRejection.notNewer(offered: offered, active: active)) {
            try offered.requireHigher(than: active)
        }
    }

    @Test(
        "takes a higher serial, and any serial of a higher epoch",
        arguments: [
            (BundleOrder(epoch: 2, serial: 6), BundleOrder(epoch: 2, serial: 5)),
            (BundleOrder(epoch: 3, serial: 0), BundleOrder(epoch: 2, serial: 5)),
            (BundleOrder(epoch: 2, serial: .max), BundleOrder(epoch: 2, serial: .max - 1)),
        ]
    )
    func higher(offered: BundleOrder, active: BundleOrder) throws {
        try offered.requireHigher(than: active)
    }
}
