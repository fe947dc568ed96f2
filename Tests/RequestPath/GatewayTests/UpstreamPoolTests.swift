// A kept connection goes back to the agent that made it, to the same address and port, newest
// first, and to nobody else.

import ClawgressBytes
import ClawgressGateway
import ClawgressModel
import ClawgressReactor
import TestKit
import Testing

@Suite("Upstream pool")
struct UpstreamPoolTests {
    private let address = IPAddress(v4: 0xC000_0201)
    private let hash = KeyedHash(first: 7, second: 11)

    private func key(agent: UInt32 = 1, port: UInt16 = 80, _ address: IPAddress? = nil) -> PoolKey {
        PoolKey(agentNumber: agent, port: port, address: address ?? self.address)
    }

    @Test("gives back the connection that was used last")
    func newestFirst() {
        var pool = UpstreamPool(hash: hash)
        for number in [3, 4, 5] as [Int32] { _ = pool.keep(Descriptor(number), key(), bound: 8) }
        let taken = (0..<4).map { _ in pool.take(key())?.number }
        #expect(taken == [5, 4, 3, nil])
        let count = pool.count
        #expect(count == 0)
    }

    @Test("never gives one agent's connection to another agent, address or port")
    func neverShared() {
        var pool = UpstreamPool(hash: hash)
        _ = pool.keep(Descriptor(3), key(), bound: 8)
        let strangers = [
            key(agent: 2), key(port: 8_080), key(IPAddress(v4: 0xC000_0202)),
            // The same 128 bits as an IPv6 address are another address.
            key(IPAddress(high: address.high, low: address.low)),
        ]
        for stranger in strangers {
            let taken = pool.take(stranger)
            #expect(taken == nil)
        }
        let own = pool.take(key())
        #expect(own == Descriptor(3))
    }

    @Test("keeps no more than the bound for one key", arguments: [0, 1, 2, 32])
    func bound(bound: Int) {
        var pool = UpstreamPool(hash: hash)
        let kept = (0..<40).count { pool.keep(Descriptor(Int32($0)), key(), bound: bound) }
        #expect(kept == bound)
        let count = pool.count
        #expect(count == bound)
        let isOtherKept = pool.keep(Descriptor(99), key(agent: 2), bound: 1)
        #expect(isOtherKept)
    }

    @Test("a lowered bound takes nothing away and lets nothing in")
    func loweredBound() {
        var pool = UpstreamPool(hash: hash)
        for number in 3...6 as ClosedRange<Int32> {
            _ = pool.keep(Descriptor(number), key(), bound: 4)
        }
        let isKept = pool.keep(Descriptor(7), key(), bound: 2)
        #expect(!isKept)
        let count = pool.count
        #expect(count == 4)
    }

    @Test("forgets a connection that closed, whichever it was")
    func removes() {
        var pool = UpstreamPool(hash: hash)
        for number in [3, 4, 5] as [Int32] { _ = pool.keep(Descriptor(number), key(), bound: 8) }
        pool.remove(Descriptor(4), key())
        pool.remove(Descriptor(4), key())
        pool.remove(Descriptor(3), key(agent: 2))
        let count = pool.count
        #expect(count == 2)
        let taken = (0..<3).map { _ in pool.take(key())?.number }
        #expect(taken == [5, 3, nil])
    }

    @Test("loses no connection and no order when it grows to very many origins")
    func manyOrigins() {
        var pool = UpstreamPool(hash: hash)
        func key(_ number: Int) -> PoolKey {
            PoolKey(agentNumber: 1, port: 80, address: IPAddress(v4: UInt32(number)))
        }
        for number in 0..<10_000 { _ = pool.keep(Descriptor(Int32(number)), key(number), bound: 8) }
        for number in stride(from: 0, to: 10_000, by: 2) { _ = pool.take(key(number)) }
        _ = pool.keep(Descriptor(10_000), key(10_000), bound: 8)
        let count = pool.count
        #expect(count == 5_001)
        let found = stride(from: 1, to: 10_000, by: 2).count {
            pool.take(key($0)) == Descriptor(Int32($0))
        }
        #expect(found == 5_000)
    }

    @Test(
        "agrees with the plainest model over random operations",
        arguments: 1...5 as ClosedRange<UInt64>
    )
    func agreesWithModel(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var pool = UpstreamPool(hash: hash)
        var model: [PoolKey: [Int32]] = [:]
        for step in 0..<20_000 as Range<Int32> {
            let key = key(agent: UInt32(random.next() % 3), port: UInt16(random.next() % 2))
            switch random.next() % 4 {
            case 0, 1:
                let expected = model[key, default: []].count < 6
                let isKept = pool.keep(Descriptor(step), key, bound: 6)
                #expect(isKept == expected)
                if expected { model[key, default: []].append(step) }
            case 2:
                let expected = model[key]?.popLast()
                let taken = pool.take(key)?.number
                #expect(taken == expected)
            default:
                guard let gone = model[key]?.randomElement(using: &random) else { continue }
                pool.remove(Descriptor(gone), key)
                model[key]?.removeAll { $0 == gone }
            }
            let count = pool.count
            #expect(count == model.values.reduce(0) { $0 + $1.count })
        }
    }
}
