// One request on its way and all that its record needs at the end. Dense and apart from the
// connections, because most connections of a busy gateway are idle or are origins.

import ClawgressAudit
import ClawgressForward
import ClawgressModel
import ClawgressReactor

/// Facts about an exchange that are yes or no.
struct ExchangeFlags: OptionSet {
    let rawValue: UInt16
    static let isTunnel = ExchangeFlags(rawValue: 1)
    static let isHead = ExchangeFlags(rawValue: 2)
    static let isVersion10 = ExchangeFlags(rawValue: 4)
    static let keepAlive = ExchangeFlags(rawValue: 8)
    static let isReplayable = ExchangeFlags(rawValue: 16)
    static let requestDone = ExchangeFlags(rawValue: 32)
    static let answerBegun = ExchangeFlags(rawValue: 64)
    /// The answer's chunks are taken apart for an HTTP/1.0 agent.
    static let unchunks = ExchangeFlags(rawValue: 128)
    /// Its path was not recorded as it is.
    static let isRedacted = ExchangeFlags(rawValue: 256)
    /// The tunnel's ClientHello named the destination's host.
    static let namesHost = ExchangeFlags(rawValue: 512)
    /// Origins bind authentication to the connection (NTLM, Negotiate).
    static let bindsConnection = ExchangeFlags(rawValue: 1024)
    /// The exchange counts against the agent's tunnels.
    static let countsTunnel = ExchangeFlags(rawValue: 2048)
    /// Its intent is on its way to the disk, and nothing goes out before.
    static let awaitsDisk = ExchangeFlags(rawValue: 4096)
    /// The tunnel began without a look at what it carries, because its policy said so.
    static let carriesAnything = ExchangeFlags(rawValue: 8192)
    /// The request asks for a WebSocket.
    static let asksWebSocket = ExchangeFlags(rawValue: 32768)
}

/// One exchange: a plain value.
struct Exchange {
    /// Its slot in the spool; nil if it could not be recorded and was counted as a gap.
    var slot: SlotHandle?
    var requestID: RequestID
    var flags: ExchangeFlags
    var attempts: UInt8 = 0
    /// Interim answers so far.
    var interims: UInt8 = 0
    /// The status sent to the agent; 0 for none yet.
    var status: UInt16 = 0
    /// The destination's port.
    var port: UInt16
    /// The process-wide number of the agent.
    var agentNumber: UInt32
    /// The agent's place in the snapshot by which the exchange was decided last.
    var agentOrdinal: Int32
    /// The policy's place in it.
    var policyOrdinal: Int32
    /// The round under which it was decided last.
    var round: UInt32
    /// Monotonic nanoseconds when the head was complete.
    var began: UInt64
    /// Monotonic nanoseconds when it went into other hands (name server, origin); 0 for not yet.
    var handedOver: UInt64 = 0
    /// Nanoseconds of our own work before that.
    var ownNanoseconds: UInt64 = 0
    /// Monotonic nanoseconds of the answer's first byte; 0 for none yet.
    var answered: UInt64 = 0
    var bytesOut: UInt64 = 0
    var bytesIn: UInt64 = 0
    var request: BodyReader
    var answer = BodyReader(.none)
    var ends = TunnelEnds()
    /// The address that was dialled.
    var resolved: IPAddress?
}
