// What a lookup ends in: the candidates of one destination, or of a part of one.

/// A set of candidates that share a destination, or a part of one.
struct Node: BitwiseCopyable {
    /// How a node that holds too many candidates to walk over is divided.
    enum Split: UInt8, BitwiseCopyable {
        /// It is not: the candidates stand in one run.
        case none
        /// By the value of one identity field each.
        case identity
        /// By path prefix, with a part for tunnels and one for candidates without path.
        case path
    }

    /// The run of candidates, in total order; meaningless if the node is split.
    let run: FlatRange
    let split: Split
    /// The identity fields that have parts, one bit each; bit 4 is "no field".
    let dimensions: UInt8

    /// A node that is one run.
    init(run: FlatRange) {
        self.run = run
        split = .none
        dimensions = 0
    }

    /// A node whose parts are filed under `number`.
    init(number: Int32, split: Split, dimensions: UInt8) {
        run = FlatRange(start: Int(number), count: 0)
        self.split = split
        self.dimensions = dimensions
    }

    /// No candidates: what a lookup that finds nothing returns, and what costs nothing to walk.
    static var empty: Node { Node(run: FlatRange(start: 0, count: 0)) }

    /// The number under which the parts of a split node are filed.
    var number: Int32 { run.start }
}
