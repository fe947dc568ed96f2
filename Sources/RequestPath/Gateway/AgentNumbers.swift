// A number for each agent id that this process ever served. Ordinals change with every
// snapshot; pools and tunnel counts outlive snapshots, so they need a name that does not.

import ClawgressBytes
import Synchronization

/// Gives agents numbers that never change while the process runs.
final class AgentNumbers: Sendable {
    /// More agents than this share the last number's tunnel count, never a connection pool.
    static let countedMax = 65_536

    private let numbers = Mutex<[String: UInt32]>([:])
    /// The open tunnels of each agent, over all workers.
    let tunnels = AtomicCells(count: AgentNumbers.countedMax)

    /// The number of an agent.
    func number(of agentID: String) -> UInt32 {
        numbers.withLock { known in
            if let number = known[agentID] { return number }
            let number = UInt32(known.count)
            known[agentID] = number
            return number
        }
    }

    /// The cell that counts an agent's tunnels.
    static func cell(_ number: UInt32) -> Int {
        min(Int(number), countedMax - 1)
    }
}
