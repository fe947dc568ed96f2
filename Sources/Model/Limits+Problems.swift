// Limits that contradict each other or the machine: found when they are set, when a bundle is made,
// and once more when a gateway compiles one.

extension Limits {
    /// What is wrong with the values, one sentence each; empty if nothing is.
    public func problems() -> [String] {
        Self.named.compactMap { name, limit in
            let value = self[keyPath: limit]
            let range = Self.range(of: limit)
            guard !range.contains(value) else { return nil }
            return "`\(name)` is \(value); it must be \(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// The values that a limit can have.
    ///
    /// A head must fit into a worker's scratch memory with room to spare, and a time of zero
    /// would end every exchange at its beginning, except where zero means no bound.
    public static func range(of limit: KeyPath<Limits, Int>) -> ClosedRange<Int> {
        let day = 86_400_000
        return switch limit {
        case \.headBytes: 1_024...131_072
        case \.fieldCount: 1...4_096
        case \.helloBytes: 512...65_536
        case \.totalMilliseconds, \.tunnelMilliseconds: 0...(30 * day)
        case \.connections, \.failureBudget: 1...1_000_000
        case \.tunnelsPerAgent: 0...1_000_000
        case \.pooledPerOrigin: 0...65_536
        default: 10...day
        }
    }
}
