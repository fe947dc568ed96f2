// Connections to origins that wait for the next request of the same agent. Never shared among
// agents: what one agent made of a connection must not be another's.

public import ClawgressBytes
public import ClawgressModel
public import ClawgressReactor

/// Who may use a pooled connection.
public struct PoolKey: Hashable, BitwiseCopyable {
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
///
/// A hash table whose chains run through the entries themselves, which stand at their
/// descriptors' numbers: keeping and taking a connection allocates nothing and moves nothing,
/// however the keys are spread. Both happen for every request.
public struct UpstreamPool: ~Copyable {
    private struct Entry: BitwiseCopyable {
        var key = PoolKey(agentNumber: 0, port: 0, address: IPAddress(v4: 0))
        /// The neighbours in the chain, newer and older; -1 for none.
        var newer: Int32 = -1
        var older: Int32 = -1
        var isIdle = false
    }

    private let hash: KeyedHash
    /// The newest entry of each chain, -1 for none; a power of two of them.
    private var chains: [Int32]
    private var entries: [Entry] = []
    /// The number of idle connections.
    public private(set) var count = 0

    /// Makes an empty pool; `hash` is keyed with random bits of this process.
    public init(hash: KeyedHash) {
        self.hash = hash
        chains = Array(repeating: -1, count: 256)
    }

    /// Takes the connection that was used last.
    public mutating func take(_ key: PoolKey) -> Descriptor? {
        var number = chains[chain(of: key)]
        while number >= 0 {
            if entries[Int(number)].key == key {
                unlink(number)
                return Descriptor(number)
            }
            number = entries[Int(number)].older
        }
        return nil
    }

    /// Takes any connection, to make room where descriptors have run out.
    public mutating func takeAny() -> Descriptor? {
        guard count > 0, let number = chains.first(where: { $0 >= 0 }) else { return nil }
        unlink(number)
        return Descriptor(number)
    }

    /// Keeps a connection.
    ///
    /// - Returns: false if `bound` are kept for this key already.
    public mutating func keep(_ descriptor: Descriptor, _ key: PoolKey, bound: Int) -> Bool {
        guard isBelow(bound, key) else { return false }
        if count >= chains.count * 2 { widen() }
        while entries.count <= descriptor.index { entries.append(Entry()) }
        entries[descriptor.index].key = key
        entries[descriptor.index].isIdle = true
        link(descriptor.number)
        count += 1
        return true
    }

    /// Forgets a connection that closed while idle.
    public mutating func remove(_ descriptor: Descriptor, _ key: PoolKey) {
        guard descriptor.index < entries.count, entries[descriptor.index].isIdle,
            entries[descriptor.index].key == key
        else { return }
        unlink(descriptor.number)
    }

    private func isBelow(_ bound: Int, _ key: PoolKey) -> Bool {
        var left = bound
        var number = chains[chain(of: key)]
        while number >= 0, left > 0 {
            if entries[Int(number)].key == key { left -= 1 }
            number = entries[Int(number)].older
        }
        return left > 0
    }

    private func chain(of key: PoolKey) -> Int {
        // In steps: one exclusive or of all parts would let an agent choose colliding ones.
        let rest = UInt64(key.agentNumber) << 32 | UInt64(key.port) << 1
        var value = hash.hash(key.address.low)
        if !key.address.isV4 { value = hash.hash(value ^ key.address.high) }
        value = hash.hash(value ^ rest ^ (key.address.isV4 ? 1 : 0))
        return Int(truncatingIfNeeded: value) & (chains.count - 1)
    }

    private mutating func link(_ number: Int32) {
        let chain = chain(of: entries[Int(number)].key)
        let head = chains[chain]
        entries[Int(number)].newer = -1
        entries[Int(number)].older = head
        if head >= 0 { entries[Int(head)].newer = number }
        chains[chain] = number
    }

    private mutating func unlink(_ number: Int32) {
        let entry = entries[Int(number)]
        if entry.newer >= 0 {
            entries[Int(entry.newer)].older = entry.older
        } else {
            chains[chain(of: entry.key)] = entry.older
        }
        if entry.older >= 0 { entries[Int(entry.older)].newer = entry.newer }
        entries[Int(number)].isIdle = false
        count -= 1
    }

    /// Doubles the number of chains; each keeps its order, newest first.
    private mutating func widen() {
        let old = chains
        chains = Array(repeating: -1, count: old.count * 2)
        for head in old {
            var newestFirst: [Int32] = []
            var number = head
            while number >= 0 {
                newestFirst.append(number)
                number = entries[Int(number)].older
            }
            for number in newestFirst.reversed() { link(number) }
        }
    }
}
