// The single promises of the coordinator, each with the few events that show it.

import ClawgressContract
import ClawgressPolicyService
import Testing

@Suite("the coordinator of a commit")
struct CommitMachineTests {
    private let old = BundleReference(epoch: 1, serial: 4, revision: "sha256:old")
    private let new = BundleReference(epoch: 1, serial: 7, revision: "sha256:new")

    private func machine(streaming gateways: [String] = ["a", "b"]) -> CommitMachine {
        var machine = CommitMachine(latest: old)
        for gateway in gateways {
            _ = machine.handle(.connected(gateway: gateway, Standing(active: old, prepared: nil)))
        }
        return machine
    }

    @Test("decides at once where nobody is required")
    func nobodyRequired() {
        var machine = machine()
        #expect(machine.handle(.begin(new, required: [])) == [.recordDecision(new)])
        #expect(
            machine.handle(.recorded(new)) == [
                .send(gateway: "a", .activate(new)), .send(gateway: "b", .activate(new)),
                .answer(new, .decided),
            ]
        )
    }

    @Test("aborts at the first refusal and tells whoever was asked")
    func refusal() {
        var machine = machine()
        _ = machine.handle(.begin(new, required: ["a", "b"]))
        let refusal = Refusal(code: "bundle_key_unknown", reason: "no such key")
        #expect(
            machine.handle(.refused(gateway: "b", epoch: 1, serial: 7, refusal)) == [
                .recordAbort(new, ["b": refusal]),
                .send(gateway: "a", .abort(epoch: 1, serial: 7)),
                .send(gateway: "b", .abort(epoch: 1, serial: 7)),
                .answer(new, .aborted(["b": refusal])),
            ]
        )
        #expect(machine.handle(.prepared(gateway: "a", epoch: 1, serial: 7)) == [])
        #expect(machine.latest == old)
    }

    @Test("says of each silent gateway whether it was there")
    func silence() throws {
        var machine = machine(streaming: ["a"])
        _ = machine.handle(.begin(new, required: ["a", "b", "c"]))
        _ = machine.handle(.connected(gateway: "c", Standing(active: old, prepared: nil)))
        _ = machine.handle(.prepared(gateway: "c", epoch: 1, serial: 7))
        let actions = machine.handle(.prepareTimeOver(new))
        guard case .answer(_, .aborted(let refusals))? = actions.last else {
            Issue.record("it did not abort: \(actions)")
            return
        }
        #expect(refusals.mapValues(\.code) == ["a": "timed_out", "b": "gateway_lost"])
    }

    @Test("ignores answers and time-outs of another bundle")
    func strangers() {
        var machine = machine()
        _ = machine.handle(.begin(new, required: ["a"]))
        let before = machine
        #expect(machine.handle(.prepared(gateway: "a", epoch: 1, serial: 6)) == [])
        #expect(machine.handle(.prepared(gateway: "b", epoch: 1, serial: 7)) == [])
        // The same serial of the epoch before: its timer may still run when the epoch was raised.
        let earlier = BundleReference(epoch: 0, serial: 7, revision: "sha256:new")
        #expect(machine.handle(.prepareTimeOver(earlier)) == [])
        #expect(machine.handle(.prepareTimeOver(old)) == [])
        #expect(machine.handle(.recorded(new)) == [])
        #expect(machine.handle(.activated(gateway: "a", epoch: 1, serial: 7)) == [])
        #expect(machine == before)
    }

    @Test("takes a gateway that prepared before it was lost for prepared when it is back")
    func preparedBefore() {
        var machine = machine(streaming: ["a"])
        _ = machine.handle(.begin(new, required: ["a"]))
        _ = machine.handle(.lost(gateway: "a"))
        let back = Standing(active: old, prepared: new)
        #expect(machine.handle(.connected(gateway: "a", back)) == [.recordDecision(new)])
    }

    @Test("waits for activation only of gateways that are there")
    func lostAfterDecision() {
        var machine = machine()
        _ = machine.handle(.begin(new, required: ["a", "b"]))
        _ = machine.handle(.prepared(gateway: "a", epoch: 1, serial: 7))
        _ = machine.handle(.prepared(gateway: "b", epoch: 1, serial: 7))
        _ = machine.handle(.recorded(new))
        #expect(machine.handle(.activated(gateway: "a", epoch: 1, serial: 7)) == [])
        #expect(machine.handle(.lost(gateway: "b")) == [.answer(new, .decided)])
        let back = Standing(active: old, prepared: new)
        #expect(
            machine.handle(.connected(gateway: "b", back)) == [
                .send(gateway: "b", .activate(new))
            ]
        )
    }

    @Test("does not push a commit back at a gateway that reverted it")
    func reverted() {
        var machine = CommitMachine(latest: new)
        let standing = Standing(active: old, prepared: nil, revertedSerial: 7)
        #expect(machine.handle(.connected(gateway: "a", standing)) == [])
    }

    @Test("leaves a gateway alone that is ahead of it")
    func ahead() {
        var machine = CommitMachine(latest: old)
        #expect(
            machine.handle(.connected(gateway: "a", Standing(active: new, prepared: nil))) == []
        )
    }

    @Test("stops waiting for a gateway that was revoked")
    func revoked() {
        var machine = machine()
        _ = machine.handle(.begin(new, required: ["a", "b"]))
        _ = machine.handle(.prepared(gateway: "a", epoch: 1, serial: 7))
        #expect(machine.handle(.removed(gateway: "b")) == [.recordDecision(new)])
    }

    @Test("tells a gateway again that failed to activate, each time it reports")
    func failedActivation() {
        var machine = machine(streaming: ["a"])
        _ = machine.handle(.begin(new, required: ["a"]))
        _ = machine.handle(.prepared(gateway: "a", epoch: 1, serial: 7))
        _ = machine.handle(.recorded(new))
        let refusal = Refusal(code: "disk_full", reason: "no space left")
        #expect(
            machine.handle(.refused(gateway: "a", epoch: 1, serial: 7, refusal)) == [
                .answer(new, .decided)
            ]
        )
        #expect(machine.progress["a"] == .failed(refusal))
        #expect(
            machine.handle(.reported(gateway: "a", Standing(active: old, prepared: nil))) == [
                .send(gateway: "a", .activate(new))
            ]
        )
    }

    @Test("recovers the newest decision and everything undecided, in any order")
    func recovery() {
        let newer = BundleReference(epoch: 2, serial: 1, revision: "sha256:newer")
        let recovery = CommitRecovery([
            .init(newer, .preparing), .init(old, .decided), .init(new, .aborted),
        ])
        #expect(recovery.latest == old)
        #expect(recovery.undecided == [newer])
        #expect(CommitRecovery([.init(newer, .decided), .init(new, .decided)]).latest == newer)
        #expect(CommitRecovery([]).latest == nil)
    }
}
