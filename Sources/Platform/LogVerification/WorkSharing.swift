// Hashing a log's entries and reading them as records is work in pieces that do not depend on each other.
// Who does them is the caller's business: a command has threads, a test an order of its own.

import Synchronization

/// A way to have pieces of work done.
public struct WorkSharing: Sendable {
    private let run: @Sendable (Int, @escaping @Sendable (Int) -> Void) -> Void

    /// - Parameter run: is given a number of pieces and what does one of them; it returns when each
    ///   of them, from 0 on, was done once, in any order and on any threads.
    public init(_ run: @escaping @Sendable (Int, @escaping @Sendable (Int) -> Void) -> Void) {
        self.run = run
    }

    /// One piece after the other, on the caller's thread.
    public static var alone: WorkSharing {
        WorkSharing { count, piece in
            for index in 0..<count { piece(index) }
        }
    }

    /// Does all pieces, and gives their results in order.
    ///
    /// A piece that was not done, against the rule, is done here: nothing is ever left out.
    func results<Result: Sendable>(
        _ count: Int,
        _ piece: @escaping @Sendable (Int) -> Result
    ) -> [Result] {
        let board = ResultBoard<Result>(count)
        run(count) { index in board.set(index, piece(index)) }
        return board.all.enumerated().map { index, result in result ?? piece(index) }
    }
}

/// A place for the result of each piece of work.
final class ResultBoard<Result: Sendable>: Sendable {
    private let results: Mutex<[Result?]>

    init(_ count: Int) {
        results = Mutex(Array(repeating: nil, count: count))
    }

    func set(_ index: Int, _ result: Result) { results.withLock { $0[index] = result } }

    /// What was left so far, by piece.
    var all: [Result?] { results.withLock { $0 } }
}
