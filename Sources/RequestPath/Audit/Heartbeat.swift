// What a gateway says of itself once a minute, in the stream of its events: with it a silence means
// that nothing happened, and without it that somebody should ask why.

/// A sign of life, and what had been recorded when it was given.
public struct Heartbeat: Sendable, Equatable {
    /// The version of the record's form; grows when a field changes its meaning.
    public static var formatVersion: Int { 1 }
    /// The greatest number of workers that a record has room for.
    public static var workersMax: Int { 64 }

    /// Why it was given.
    public enum Phase: UInt8, Sendable, CaseIterable {
        /// The gateway has just started.
        case start = 1
        /// A minute has gone by.
        case running
        /// The gateway takes no more requests, and finishes those that it has.
        case drain

        /// The word for it in the record's JSON.
        public var name: StaticString {
            switch self {
            case .start: "start"
            case .running: "running"
            case .drain: "drain"
            }
        }
    }

    /// Wall clock, microseconds since 1970 UTC.
    public let timestamp: Int64
    /// Why it was given.
    public let phase: Phase
    /// Requests and tunnels that were open: each will have an event with a later number.
    public let openExchanges: UInt64
    /// Events that this start of the gateway could not record so far.
    public let dropped: UInt64
    /// The last number that each worker had given, by worker; 0 for none.
    public let lastSequences: [UInt64]
    /// The start before this one, if it was cut off before it had closed its records: by a kill, or
    /// with the power, which may have taken the events of its last second with it.
    public let uncleanBoot: BootID?

    /// Describes a sign of life; of more than ``workersMax`` workers the rest is left out.
    public init(
        timestamp: Int64,
        phase: Phase,
        openExchanges: UInt64,
        dropped: UInt64,
        lastSequences: [UInt64],
        uncleanBoot: BootID? = nil
    ) {
        self.timestamp = timestamp
        self.phase = phase
        self.openExchanges = openExchanges
        self.dropped = dropped
        self.lastSequences = Array(lastSequences.prefix(Self.workersMax))
        self.uncleanBoot = uncleanBoot
    }
}

/// A sign of life as it lies in the spool.
public struct HeartbeatRecord: Sendable, Equatable {
    /// What was said.
    public let heartbeat: Heartbeat
    /// The gateway that said it.
    public let gatewayID: String
    /// That gateway's start.
    public let bootID: BootID
    /// The worker that wrote it down.
    public let worker: UInt8
    /// That worker's number for it, in one series with those of its events.
    public let sequence: UInt64
}
