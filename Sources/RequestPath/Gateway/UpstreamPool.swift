// Connections to origins that wait for the next request of the same agent. Never shared among
// agents: what one agent made of a connection must not be another's.

public import ClawgressModel
public import ClawgressReactor

/// Who may use a pooled connection.
public struct PoolKey: Hashable {
    /// The agent's number in this process.
    public let agentNumber: UInt32
    /// The origin's port.
    public let port: UInt16
    /// The origin's address.
    public let address: IPAddress

    /// Names an agent's connections to one origin.
    public init(agentNumber: UInt32, port: UInt16, address: IPAddress) {
        self.agentNumber = agentNumber
        self.port = port
        self.address = address
    }
}

/// Idle origin connections of one worker, newest used first.
public struct UpstreamPool: ~Copyable {
    private var idle: [PoolKey: [Descriptor]] = [:]
    /// The number of idle connections.
    public private(set) var count = 0

    /// Makes an empty pool.
    public init() {}

    /// Takes the connection that was used last.
    public mutating func take(_ key: PoolKey) -> Descriptor? {
        guard let place = idle.index(forKey: key) else { return nil }
        guard let found = idle.values[place].popLast() else { return nil }
        count -= 1
        return found
    }

    /// Takes any connection, to make room where descriptors have run out.
    public mutating func takeAny() -> Descriptor? {
        for place in idle.indices {
            if let found = idle.values[place].popLast() {
                count -= 1
                return found
            }
        }
        return nil
    }

    /// Keeps a connection.
    ///
    /// - Returns: false if `bound` are kept for this key already.
    public mutating func keep(_ descriptor: Descriptor, _ key: PoolKey, bound: Int) -> Bool {
        guard idle[key, default: []].count < bound else { return false }
        // Lists that were emptied stay, because most are filled again at once; not for ever.
        if idle.count > 4_096 { idle = idle.filter { !$0.value.isEmpty } }
        idle[key, default: []].append(descriptor)
        count += 1
        return true
    }

    /// Forgets a connection that closed while idle.
    public mutating func remove(_ descriptor: Descriptor, _ key: PoolKey) {
        guard let place = idle.index(forKey: key),
            let slot = idle.values[place].lastIndex(of: descriptor)
        else { return }
        idle.values[place].remove(at: slot)
        count -= 1
        if idle.values[place].isEmpty { idle.remove(at: place) }
    }
}
