// Who is required, and what is said of a gateway, as time passes.

import ClawgressContract
import ClawgressPolicyService
import Testing

@Suite("the gateways as the service knows them")
struct GatewayBookTests {
    private func record(_ id: String, lastHeard: Int64? = nil) -> GatewayRecord {
        var record = GatewayRecord(
            gatewayID: id,
            certificate: "sha256:\(id)",
            certificateEnds: 9_000,
            enrolledAt: 1_000
        )
        record.lastHeard = lastHeard
        return record
    }

    private func said(_ active: BundleReference?, keySet: Int64 = 1) -> GatewayReportedState {
        GatewayReportedState(
            bootID: "b",
            active: active,
            prepared: nil,
            ready: true,
            keySetVersion: keySet,
            productVersion: "1"
        )
    }

    private let latest = BundleReference(epoch: 1, serial: 5, revision: "sha256:5")

    private func status(_ book: GatewayBook, now: Int64) -> GatewayStatus? {
        book.status("a", latest: latest, keySetVersion: 1, isStreaming: true, now: now)
    }

    @Test("a gateway is required from the first sign of life until ten seconds after the last")
    func required() {
        var book = GatewayBook([record("a")], heardFrom: 10_000, now: 0)
        #expect(book.required(now: 0).isEmpty)
        #expect(status(book, now: 0)?.state == .enrolled)
        book.hear("a", said(latest), now: 500, wall: 100)
        #expect(book.required(now: 10_500) == ["a"])
        #expect(status(book, now: 10_500)?.state == .connected)
        #expect(book.required(now: 10_501).isEmpty)
        #expect(status(book, now: 10_501)?.state == .lost)
        book.setMaintenance("a", true)
        #expect(book.required(now: 500).isEmpty)
        #expect(status(book, now: 500)?.state == .maintenance)
    }

    @Test("after a restart whoever was there when the service ended is required for a while")
    func restarted() {
        let records = [
            record("a", lastHeard: 1_000), record("b", lastHeard: 995),
            record("c", lastHeard: 900), record("d"),
        ]
        let book = GatewayBook(records, heardFrom: 10_000, now: 7_000)
        #expect(book.required(now: 7_000) == ["a", "b"])
        #expect(book.required(now: 17_001).isEmpty)
    }

    @Test("says what is wrong with a gateway that knows more than the service")
    func ahead() {
        var book = GatewayBook([record("a")], heardFrom: 10_000, now: 0)
        let ahead = BundleReference(epoch: 1, serial: 6, revision: "sha256:6")
        book.hear("a", said(ahead), now: 0, wall: 100)
        #expect(status(book, now: 0)?.state == .behind)
        #expect(status(book, now: 0)?.problem?.contains("raise-epoch") == true)
        book.hear("a", said(latest, keySet: 2), now: 0, wall: 100)
        #expect(status(book, now: 0)?.problem?.contains("key set 2") == true)
        book.hear("a", said(latest), now: 0, wall: 100)
        #expect(status(book, now: 0)?.problem == nil)
    }

    @Test("a gateway that activated is up to date before it reports again")
    func activated() {
        var book = GatewayBook([record("a")], heardFrom: 10_000, now: 0)
        let older = BundleReference(epoch: 1, serial: 4, revision: "sha256:4")
        book.hear("a", said(older), now: 0, wall: 100)
        #expect(status(book, now: 0)?.state == .behind)
        book.serve("a", latest)
        #expect(status(book, now: 0)?.state == .connected)
        #expect(status(book, now: 0)?.active == latest)
    }

    @Test("a gateway that is enrolled again must be heard from anew")
    func enrolledAgain() {
        var book = GatewayBook([record("a")], heardFrom: 10_000, now: 0)
        book.hear("a", said(latest), now: 0, wall: 100)
        book.enrol(record("a"))
        #expect(book.required(now: 0).isEmpty)
        book.remove("a")
        #expect(status(book, now: 0) == nil)
    }
}
