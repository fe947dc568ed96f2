// Connections to origins that wait for the next request of the same agent. Never shared among
// agents: what one agent made of a connection must not be another's.

import ClawgressModel
import ClawgressReactor

/// Who may use a pooled connection.
struct PoolKey: Hashable {
    let agentNumber: UInt32
    let port: UInt16
    let address: IPAddress
}

/// Idle origin connections of one worker, newest used first.
struct UpstreamPool: ~Copyable {
    private var idle: [PoolKey: [Descriptor]] = [:]
    /// The number of idle connections.
    private(set) var count = 0

    /// Takes the connection that was used last.
    mutating func take(_ key: PoolKey) -> Descriptor? {
        guard let place = idle.index(forKey: key) else { return nil }
        guard let found = idle.values[place].popLast() else { return nil }
        count -= 1
        return found
    }

    /// Keeps a connection.
    ///
    /// - Returns: false if `bound` are kept for this key already.
    mutating func keep(_ descriptor: Descriptor, _ key: PoolKey, bound: Int) -> Bool {
        guard idle[key, default: []].count < bound else { return false }
        idle[key, default: []].append(descriptor)
        count += 1
        return true
    }

    /// Forgets a connection that closed while idle.
    mutating func remove(_ descriptor: Descriptor, _ key: PoolKey) {
        guard let place = idle.index(forKey: key),
            let slot = idle.values[place].lastIndex(of: descriptor)
        else { return }
        idle.values[place].remove(at: slot)
        count -= 1
        if idle.values[place].isEmpty { idle.remove(at: place) }
    }
}
