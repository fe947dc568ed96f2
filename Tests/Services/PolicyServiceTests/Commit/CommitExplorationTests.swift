// Every state that the commit can reach, in every order of answers, losses and restarts.

import ClawgressContract
import ClawgressPolicyService
import Testing

@Suite("every state of a commit")
struct CommitExplorationTests {
    /// Visits what can be reached from `start` and fails at the first state that breaks a promise.
    private func explore(_ start: CommitWorld) -> (visited: Int, ends: Set<CommitWorld>) {
        var seen: Set<CommitWorld> = [start]
        var waiting = [start]
        var ends: Set<CommitWorld> = []
        while let world = waiting.popLast() {
            if let violation = world.violation {
                Issue.record("\(violation): \(world)")
                return (seen.count, ends)
            }
            let end = world.settled()
            if ends.insert(end).inserted, let problem = problem(of: end) {
                Issue.record("\(problem): \(world) became \(end)")
                return (seen.count, ends)
            }
            for next in world.successors() where seen.insert(next).inserted {
                waiting.append(next)
            }
        }
        return (seen.count, ends)
    }

    /// What is wrong when everything has come to rest.
    private func problem(of end: CommitWorld) -> String? {
        if let violation = end.violation { return violation }
        if end.machine.isBusy { return "the commit does not end" }
        if end.disk == .preparing { return "nobody decides" }
        if !end.gateways.allSatisfy({ $0.active == end.latest }) {
            return "a gateway does not serve the latest"
        }
        if end.gateways.contains(where: { $0.prepared != nil }) {
            return "a gateway keeps what nobody wants"
        }
        return nil
    }

    @Test("three gateways, every order of their answers, refusals and the time-out")
    func threeGateways() {
        let found = explore(CommitWorld(gateways: 3, losses: 0, restarts: 0, mayRefuse: true))
        #expect(found.visited > 500)
        #expect(found.ends.contains { $0.disk == .decided && $0.answer == .decided })
        #expect(
            found.ends.contains {
                if case .aborted(let refusals)? = $0.answer {
                    return refusals.values.contains { $0.code == "content_refused" }
                }
                return false
            }
        )
    }

    @Test("two gateways that lose their streams, and a service that is killed anywhere")
    func lossesAndRestarts() {
        let found = explore(CommitWorld(gateways: 2, losses: 1, restarts: 1, mayRefuse: false))
        #expect(found.visited > 1_000)
        #expect(found.ends.contains { $0.disk == .decided && $0.restartsLeft == 0 })
        #expect(found.ends.contains { $0.disk == .aborted && $0.restartsLeft == 0 })
    }

    @Test("one gateway that refuses and is lost, and a service that is killed twice")
    func refusalsAndRestarts() {
        let found = explore(CommitWorld(gateways: 1, losses: 2, restarts: 2, mayRefuse: true))
        #expect(found.visited > 100)
    }
}
