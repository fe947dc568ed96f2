// Pipes for splice: bulk bytes go from socket to socket without entering user space. A pipe
// is lent while bytes flow and taken back when drained, because an unprivileged user may
// hold only so much pipe memory.

import CLinux

/// Two ends of a kernel pipe, by number; owned by whoever holds the loan.
public struct Pipe: BitwiseCopyable, Sendable {
    @usableFromInline let readEnd: Int32
    @usableFromInline let writeEnd: Int32
}

/// A bounded pool of pipes of 256 KiB.
public struct PipePool: ~Copyable {
    private var idle: [Pipe] = []
    private var made = 0
    private let bound: Int
    /// The capacity asked for each pipe, in bytes.
    public static var pipeBytes: Int { 262_144 }

    /// Makes a pool of at most `bound` pipes.
    public init(bound: Int) {
        self.bound = bound
    }

    deinit {
        for pipe in idle {
            close(pipe.readEnd)
            close(pipe.writeEnd)
        }
    }

    /// Lends an empty pipe; nil when all are lent, and then bytes are copied as before.
    public mutating func lend() -> Pipe? {
        if let pipe = idle.popLast() { return pipe }
        guard made < bound else { return nil }
        var ends: (Int32, Int32) = (0, 0)
        let result = withUnsafeMutableBytes(of: &ends) {
            cl_pipe($0.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        guard result == 0 else { return nil }
        cl_set_pipe_size(ends.1, Int32(Self.pipeBytes))
        made += 1
        return Pipe(readEnd: ends.0, writeEnd: ends.1)
    }

    /// Takes back a pipe that is empty.
    public mutating func giveBack(_ pipe: Pipe) {
        idle.append(pipe)
    }

    /// Ends a pipe that still holds bytes of a broken connection.
    public mutating func discard(_ pipe: Pipe) {
        close(pipe.readEnd)
        close(pipe.writeEnd)
        made -= 1
    }
}

extension Socket {
    /// Moves waiting bytes of this socket into `pipe`.
    public func splice(into pipe: Pipe) -> IOResult {
        Self.outcome(cl_splice(number, pipe.writeEnd, PipePool.pipeBytes, false))
    }

    /// Moves up to `count` bytes from `pipe` to this socket.
    public func splice(from pipe: Pipe, count: Int) -> IOResult {
        Self.outcome(cl_splice(pipe.readEnd, number, count, false))
    }

    private static func outcome(_ count: Int) -> IOResult {
        if count > 0 { return .moved(count) }
        return count == 0 ? .ended : failure()
    }
}
