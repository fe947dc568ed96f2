// One TCP connection of a worker, on either side of the gateway. A plain value in a table:
// idle ones cost their slot and nothing else.

import ClawgressBytes
import ClawgressModel
import ClawgressReactor

/// What a connection is doing.
enum Phase: UInt8 {
    // The agent's side.
    /// Waits for a request head, or for the rest of one.
    case head
    /// The request is in other hands (verification, name server, origin); nothing is read.
    case waiting
    /// The request's body goes to the origin.
    case body
    /// An answered request's body is thrown away so that the connection can be kept.
    case discarding
    /// The last answer is out; what still comes is thrown away until the agent closes.
    case lingering

    // The origin's side.
    /// The connection attempt runs.
    case connecting
    /// The origin's answer is awaited, or a part of its head is here.
    case answerHead
    /// The answer's body goes to the agent.
    case answerBody
    /// Idle in the pool.
    case pooled

    // Both sides.
    /// A tunnel is open, and nothing flows before its ClientHello is checked: what the agent sends
    /// is kept, what the origin sends is not read.
    case hello
    /// A ClientHello went to the server, whose answer tells whether a second one comes.
    case answering
    /// A tunnel is open in which anything may flow, and nobody has said anything that tells what.
    case opening
    /// Bytes of a tunnel go both ways.
    case tunnel
}

/// What a connection remembers about its directions.
struct ConnectionFlags: OptionSet {
    let rawValue: UInt16
    /// The kernel may have bytes that were not read yet (edge-triggered: nobody tells twice).
    static let readable = ConnectionFlags(rawValue: 1)
    /// Reading stopped because the other side does not take more.
    static let paused = ConnectionFlags(rawValue: 2)
    /// The peer of this socket sent its end.
    static let ended = ConnectionFlags(rawValue: 4)
    /// Close when everything waiting is written.
    static let closeWhenDrained = ConnectionFlags(rawValue: 8)
    /// Send our end when everything waiting is written.
    static let finishWhenDrained = ConnectionFlags(rawValue: 16)
    /// A part of a head was read, and its deadline runs.
    static let headBegun = ConnectionFlags(rawValue: 32)
    /// The connection is on the agent's side.
    static let isAgent = ConnectionFlags(rawValue: 64)
    /// It was used before, so the origin may have closed it meanwhile.
    static let reused = ConnectionFlags(rawValue: 128)
    /// It must not be used for another exchange.
    static let unpoolable = ConnectionFlags(rawValue: 256)
    /// It is on the list of connections to look at again in this turn.
    static let scheduled = ConnectionFlags(rawValue: 512)
    /// Its reads have been large, so bytes move by splice.
    static let bulk = ConnectionFlags(rawValue: 1024)
    /// Until the answer begins, `incoming` holds the request's head for a second try.
    static let holdsReplay = ConnectionFlags(rawValue: 4096)
    /// The kernel has reported the peer's end, so nobody will tell again.
    static let endReported = ConnectionFlags(rawValue: 2048)
    /// What it sends are requests in a tunnel.
    static let insideTunnel = ConnectionFlags(rawValue: 8192)
}

/// A connection: its socket, its state, and the bytes that wait.
struct Connection: ~Copyable {
    var socket: Socket
    /// The connection on the other side of the gateway; none while there is none.
    var peer = Descriptor.none
    /// The exchange under way; negative for none.
    ///
    /// Only on the agent's side.
    var exchange: Int32 = -1
    /// The dial under way for it; negative for none.
    ///
    /// Only on the agent's side.
    var dial: Int32 = -1
    /// The number of the agent whose pool holds it.
    ///
    /// Only while pooled.
    var owner: UInt32 = 0
    var flags: ConnectionFlags
    var phase: Phase
    /// Consecutive large reads, towards splice.
    var largeReads: UInt8 = 0
    /// The client's port, or the origin's.
    var port: UInt16
    /// The client's address, or the origin's.
    var address: IPAddress
    /// Bytes to be written that the kernel did not take yet.
    var outgoing = ByteQueue()
    /// Bytes that were read and not used yet.
    var incoming = ByteQueue()

    init(socket: consuming Socket, isAgent: Bool, address: IPAddress, port: UInt16) {
        self.socket = socket
        flags = isAgent ? [.isAgent] : []
        phase = isAgent ? .head : .connecting
        self.address = address
        self.port = port
    }

    var isAgent: Bool { flags.contains(.isAgent) }

    /// Writes `bytes`, or puts what the kernel does not take behind what waits already.
    ///
    /// - Returns: false if the connection is broken.
    mutating func deliver(_ bytes: Span<UInt8>) -> Bool {
        guard outgoing.isEmpty else {
            outgoing.append(bytes)
            return true
        }
        guard bytes.count > 0 else { return true }
        switch socket.send(bytes) {
        case .moved(let count):
            if count < bytes.count { outgoing.append(bytes, count..<bytes.count) }
            return true
        case .wouldBlock:
            outgoing.append(bytes)
            return true
        case .ended, .failed:
            return false
        }
    }

    /// Writes what waits.
    ///
    /// - Returns: false if the connection is broken.
    mutating func flush() -> Bool {
        while !outgoing.isEmpty {
            switch socket.send(outgoing.bytes) {
            case .moved(let count): outgoing.consume(count)
            case .wouldBlock: return true
            case .ended, .failed: return false
            }
        }
        return true
    }
}
