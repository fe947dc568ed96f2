// Bulk in tunnels: from socket to socket through a pipe in the kernel. A pipe is held only
// while bytes are in it.

import ClawgressBytes
import ClawgressModel
import ClawgressReactor

/// A pipe that holds bytes on their way.
struct Splice {
    let pipe: Pipe
    var held: Int
}

extension Worker {
    /// Pipes filled in one go; the caller counts how often it comes back.
    private static var movesMax: Int { 2 }

    /// Moves bytes of one side by splice until something gives way.
    ///
    /// - Returns: false if it cannot be done now, so that the caller copies.
    mutating func spliceTunnel(_ side: Descriptor) -> Bool {
        let peer = connections[side.index].peer
        guard connections[peer.index].outgoing.isEmpty else {
            connections[side.index].flags.insert(.paused)
            return true
        }
        guard let pipe = splices[side.number]?.pipe ?? pipes.lend() else { return false }
        var held = splices.removeValue(forKey: side.number)?.held ?? 0
        var moves = 0
        while true {
            if held == 0 {
                moves += 1
                guard moves <= Self.movesMax else {
                    pipes.giveBack(pipe)
                    return true
                }
                switch connections[side.index].socket.splice(into: pipe) {
                case .moved(let count):
                    held = count
                    noteTunnelBytes(side, count)
                case .wouldBlock:
                    pipes.giveBack(pipe)
                    connections[side.index].flags.remove(.readable)
                    return true
                case .ended:
                    pipes.giveBack(pipe)
                    connections[side.index].flags.remove(.readable)
                    connections[side.index].flags.insert(.ended)
                    tunnelSideEnded(side)
                    return true
                case .failed:
                    pipes.giveBack(pipe)
                    tunnelBroke(side)
                    return true
                }
            }
            switch connections[peer.index].socket.splice(from: pipe, count: held) {
            case .moved(let count): held -= count
            case .wouldBlock:
                splices[side.number] = Splice(pipe: pipe, held: held)
                connections[side.index].flags.insert(.paused)
                return true
            case .ended, .failed:
                pipes.discard(pipe)
                tunnelBroke(peer)
                return true
            }
        }
    }

    /// Goes on with what a pipe still holds, once its sink takes bytes again.
    ///
    /// - Returns: whether the pipe is empty now.
    mutating func drainSplice(of side: Descriptor, into peer: Descriptor) -> Bool {
        guard var splice = splices[side.number] else { return true }
        while splice.held > 0 {
            switch connections[peer.index].socket.splice(from: splice.pipe, count: splice.held) {
            case .moved(let count): splice.held -= count
            case .wouldBlock:
                splices[side.number] = splice
                return false
            case .ended, .failed:
                splices[side.number] = splice
                tunnelBroke(peer)
                return false
            }
        }
        splices[side.number] = nil
        pipes.giveBack(splice.pipe)
        return true
    }

    /// Ends the loan of a pipe whose connection closes.
    mutating func end(_ splice: Splice) {
        if splice.held == 0 { pipes.giveBack(splice.pipe) } else { pipes.discard(splice.pipe) }
    }
}
