// Limits that contradict each other or the machine: found when a bundle is made, and once more
// when a gateway compiles one.

extension Limits {
    /// What is wrong with the values, one sentence each; empty if nothing is.
    ///
    /// A head must fit into a worker's scratch memory with room to spare, and a time of zero
    /// would end every exchange at its beginning.
    public func problems() -> [String] {
        var found: [String] = []
        func check(_ name: CodingKeys, _ value: Int, _ range: ClosedRange<Int>) {
            guard !range.contains(value) else { return }
            found.append(
                "`\(name.rawValue)` is \(value); it must be \(range.lowerBound) to \(range.upperBound)"
            )
        }
        let day = 86_400_000
        check(.headBytes, headBytes, 1_024...131_072)
        check(.fieldCount, fieldCount, 1...4_096)
        check(.headMilliseconds, headMilliseconds, 10...day)
        check(.helloBytes, helloBytes, 512...65_536)
        check(.keepAliveMilliseconds, keepAliveMilliseconds, 10...day)
        check(.resolveMilliseconds, resolveMilliseconds, 10...day)
        check(.connectMilliseconds, connectMilliseconds, 10...day)
        check(.responseMilliseconds, responseMilliseconds, 10...day)
        check(.idleMilliseconds, idleMilliseconds, 10...day)
        check(.totalMilliseconds, totalMilliseconds, 0...(30 * day))
        check(.tunnelMilliseconds, tunnelMilliseconds, 0...(30 * day))
        check(.connections, connections, 1...1_000_000)
        check(.tunnelsPerAgent, tunnelsPerAgent, 0...1_000_000)
        check(.pooledPerOrigin, pooledPerOrigin, 0...65_536)
        check(.pooledMilliseconds, pooledMilliseconds, 10...day)
        check(.failureBudget, failureBudget, 1...1_000_000)
        return found
    }
}
