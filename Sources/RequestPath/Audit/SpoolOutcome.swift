// What is known when an exchange has ended: the part of the event that is written in place.

public import ClawgressModel

/// The later decision that closed an exchange which had been allowed.
public struct Closing: Sendable, Equatable {
    /// The serial of the snapshot that made it; less than 2^53, as JSON demands.
    public var serial: Int64
    /// Why the same request would be refused now.
    public var reason: Reason

    /// Describes a closing.
    @inlinable
    public init(serial: Int64, reason: Reason) {
        self.serial = serial
        self.reason = reason
    }
}

/// How an exchange ended.
public struct SpoolOutcome: Sendable, Equatable {
    /// How it ended.
    public var outcome: Outcome
    /// The final decision: a deny after a failed address check, or the intent's.
    public var decision: Decision
    /// The final reason.
    public var reason: Reason
    /// The status that the client got; 0 if none.
    public var status: UInt16
    /// How many upstream attempts were made.
    public var attempts: UInt8
    /// The address that was dialled, or whose check failed.
    public var address: IPAddress?
    /// Whether the ClientHello of a tunnel named the destination's host.
    ///
    /// Any other name is given to ``SpoolWriter/conclude(_:_:serverName:)``.
    public var namesHost: Bool
    /// Bytes written upstream for this request, heads and tunnel bytes included.
    public var bytesOut: UInt64
    /// Bytes read from upstream for it.
    public var bytesIn: UInt64
    /// Microseconds from the complete head to the first byte of the answer; nil if there was none.
    public var latencyMicroseconds: UInt64?
    /// Microseconds from the complete head to the end.
    public var durationMicroseconds: UInt64
    /// Our own share of the latency in microseconds, without name resolution and upstream.
    public var gatewayMicroseconds: UInt64
    /// What closed it; kept with the outcome `closedByPolicy` only.
    public var closing: Closing?

    /// Describes an end; what is not given did not happen.
    @inlinable
    public init(
        outcome: Outcome,
        decision: Decision,
        reason: Reason,
        status: UInt16 = 0,
        attempts: UInt8 = 0,
        address: IPAddress? = nil,
        namesHost: Bool = false,
        bytesOut: UInt64 = 0,
        bytesIn: UInt64 = 0,
        latencyMicroseconds: UInt64? = nil,
        durationMicroseconds: UInt64 = 0,
        gatewayMicroseconds: UInt64 = 0,
        closing: Closing? = nil
    ) {
        self.outcome = outcome
        self.decision = decision
        self.reason = reason
        self.status = status
        self.attempts = attempts
        self.address = address
        self.namesHost = namesHost
        self.bytesOut = bytesOut
        self.bytesIn = bytesIn
        self.latencyMicroseconds = latencyMicroseconds
        self.durationMicroseconds = durationMicroseconds
        self.gatewayMicroseconds = gatewayMicroseconds
        self.closing = closing
    }
}
