// The processors' share of a long walk through a log.

import ClawgressLogVerification
import NIOCore
import NIOPosix
import Synchronization

extension WorkSharing {
    /// On as many threads as there are processors; the caller's is one of them.
    static var processors: WorkSharing {
        WorkSharing { count, piece in
            let queue = PieceQueue(count)
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let helpers = (1..<max(System.coreCount, 2)).map { _ in
                NIOThreadPool.singleton.runIfActive(eventLoop: loop) { queue.work(piece) }
            }
            queue.work(piece)
            // A helper that found no thread took no piece.
            _ = try? EventLoopFuture.andAllComplete(helpers, on: loop).wait()
        }
    }
}

/// Pieces of work that nobody has taken.
private final class PieceQueue: Sendable {
    private let count: Int
    private let next = Mutex(0)

    init(_ count: Int) {
        self.count = count
    }

    /// Takes pieces until there are none.
    func work(_ piece: (Int) -> Void) {
        while let index = take() { piece(index) }
    }

    private func take() -> Int? {
        next.withLock { next in
            guard next < count else { return nil }
            defer { next += 1 }
            return next
        }
    }
}
