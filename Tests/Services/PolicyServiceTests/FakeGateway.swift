// A gateway as the plane sees one: it reads its stream and reports. What it serves outlives its
// connections, as a gateway's disk does.

import ClawgressContract
import ClawgressPolicyService
import Synchronization

/// A gateway without sockets.
final class FakeGateway: Sendable {
    enum Behaviour: Sendable {
        case agrees, refuses, silent
    }

    private struct State {
        var active: BundleReference?
        var prepared: BundleReference?
        var lines: [PolicyStreamLine] = []
        var behaviour: Behaviour
    }

    let id: String
    private let state: Mutex<State>

    init(_ id: String, _ behaviour: Behaviour = .agrees) {
        self.id = id
        state = Mutex(State(behaviour: behaviour))
    }

    var active: BundleReference? { state.withLock { $0.active } }
    var prepared: BundleReference? { state.withLock { $0.prepared } }
    var lines: [PolicyStreamLine] { state.withLock { $0.lines } }

    func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    /// Connects, says where it stands, and follows its stream until that ends.
    func connect(to plane: PolicyPlane) async -> Task<Void, Never> {
        let (_, lines) = await plane.openStream(of: id)
        await report(to: plane)
        return Task {
            for await line in lines {
                for answer in read(line) { await plane.take(answer, from: id) }
            }
        }
    }

    func report(to plane: PolicyPlane) async {
        let (active, prepared) = state.withLock { ($0.active, $0.prepared) }
        let said = GatewayReportedState(
            bootID: "boot",
            active: active,
            prepared: prepared,
            ready: true,
            keySetVersion: 1,
            productVersion: "test"
        )
        await plane.take(.state(said), from: id)
    }

    private func read(_ line: PolicyStreamLine) -> [PolicyReport] {
        state.withLock { state in
            state.lines.append(line)
            switch line {
            case .prepare(let bundle):
                switch state.behaviour {
                case .agrees:
                    state.prepared = bundle
                    return [.prepared(epoch: bundle.epoch, serial: bundle.serial)]
                case .refuses:
                    return [
                        .refused(
                            epoch: bundle.epoch,
                            serial: bundle.serial,
                            code: "policy_refused",
                            reason: "it does not compile here"
                        )
                    ]
                case .silent: return []
                }
            case .activate(let bundle):
                state.active = bundle
                state.prepared = nil
                return [.activated(epoch: bundle.epoch, serial: bundle.serial)]
            case .abort:
                state.prepared = nil
                return []
            case .welcome, .keySet, .ping: return []
            }
        }
    }
}
