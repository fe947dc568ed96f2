// A policy service, a network that breaks and a gateway that is killed, in random order: what is
// aborted is never served, what is served only rises, and in the end everybody agrees.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressContract
import TestKit
import Testing

/// The policy service's side as far as lines show it.
private struct Publisher {
    var latest: BundleReference?
    var undecided: BundleReference?
    var aborted: Set<Int64> = []
    private var serial: Int64 = 0

    mutating func prepare() -> PolicyStreamLine? {
        guard undecided == nil else { return nil }
        serial += 1
        let bundle = StreamHarness.bundle(serial)
        undecided = bundle
        return .prepare(bundle)
    }

    mutating func decide() -> PolicyStreamLine? {
        guard let bundle = undecided else { return nil }
        undecided = nil
        latest = bundle
        return .activate(bundle)
    }

    mutating func abort() -> PolicyStreamLine? {
        guard let bundle = undecided else { return nil }
        undecided = nil
        aborted.insert(bundle.serial)
        return .abort(epoch: 1, serial: bundle.serial)
    }

    /// What it answers to a state, as the contract says.
    func answer(to state: GatewayReportedState) -> PolicyStreamLine? {
        if let prepared = state.prepared, prepared != undecided, prepared != latest {
            return .abort(epoch: 1, serial: prepared.serial)
        }
        guard let latest, (state.active?.serial ?? 0) < latest.serial else { return nil }
        return .activate(latest)
    }
}

@Suite("Every order of things")
struct RandomOrderTests {
    @Test("never serves what was aborted, never goes back, and agrees in the end")
    func orders() {
        for seed in 0..<2_000 {
            var generator = SplitMix64(seed: UInt64(seed))
            var publisher = Publisher()
            var gateway = StreamHarness()
            for _ in 0..<60 {
                let before = gateway.disk.active?.reference.serial ?? 0
                step(&publisher, &gateway, &generator)
                let after = gateway.disk.active?.reference.serial ?? 0
                #expect(after >= before, "seed \(seed)")
                #expect(!publisher.aborted.contains(after), "seed \(seed)")
                #expect(after <= publisher.latest?.serial ?? 0, "seed \(seed)")
            }
            // Everybody is back, and nothing more is lost.
            _ = publisher.decide()
            gateway = StreamHarness(gateway.disk)
            gateway.welcome(latest: publisher.latest)
            converse(publisher, &gateway)
            #expect(gateway.disk.active?.reference == publisher.latest, "seed \(seed)")
            #expect(gateway.disk.prepared == nil, "seed \(seed)")
            #expect(gateway.machine.view.isSettled, "seed \(seed)")
        }
    }

    private func step(
        _ publisher: inout Publisher,
        _ gateway: inout StreamHarness,
        _ generator: inout SplitMix64
    ) {
        let line: PolicyStreamLine?
        switch Int.random(in: 0..<12, using: &generator) {
        case 0, 1: line = publisher.prepare()
        case 2, 3: line = publisher.decide()
        case 4: line = publisher.abort()
        case 5:
            gateway = StreamHarness(gateway.disk)
            return gateway.welcome(latest: publisher.latest)
        case 6: return gateway.feed(.lost("gone", attempt: gateway.attempt))
        case 7:
            gateway.pass(milliseconds: 2_000)
            return gateway.hear(.welcome(latest: publisher.latest, keySet: "1"))
        case 8: return converse(publisher, &gateway)
        case 9: line = publisher.latest.map { .activate($0) }
        case 10: line = publisher.undecided.map { .prepare($0) }
        default:
            let serial = Int64.random(in: 1...9, using: &generator)
            return gateway.fetched(StreamHarness.bundle(serial))
        }
        guard let line else { return }
        gateway.hear(line)
        if generator.oneIn(4) { gateway.hear(line) }
    }

    /// Answers states and fetches until nobody has anything to say.
    private func converse(_ publisher: Publisher, _ gateway: inout StreamHarness) {
        for _ in 0..<10 {
            let done = gateway.done
            gateway.done = []
            for action in done {
                switch action {
                case .fetch(let reference): gateway.fetched(reference)
                case .report(.state(let state), _):
                    if let line = publisher.answer(to: state) { gateway.hear(line) }
                default: break
                }
            }
        }
    }
}
