// Work that waits for disks and sockets, on threads for it. What has begun is brought to its end whether its
// task is cancelled or not: a stop cancels tasks, and what is half done on a disk is for nobody to decide then.

import NIOPosix

extension NIOThreadPool {
    /// Runs blocking work on a thread of the pool; nil, with nothing done, where the pool was shut down.
    ///
    /// The pool's own way of waiting leaves work out whose task is cancelled.
    func finish<Answer: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Answer
    ) async -> Result<Answer, Failure>? {
        await withCheckedContinuation { done in
            submit { state in
                guard case .active = state else { return done.resume(returning: nil) }
                do throws(Failure) {
                    done.resume(returning: .success(try work()))
                } catch {
                    done.resume(returning: .failure(error))
                }
            }
        }
    }
}
