// Who tells of alerts, and by which clock.

/// The wall clock of a daemon, and how it writes times.
public struct AlertClock: Sendable {
    /// Microseconds since 1970 UTC.
    public let now: @Sendable () -> Int64
    /// Such a time as text (RFC 3339).
    public let text: @Sendable (Int64) -> String

    /// Takes both from the daemon.
    public init(
        now: @escaping @Sendable () -> Int64,
        text: @escaping @Sendable (Int64) -> String
    ) {
        self.now = now
        self.text = text
    }
}

/// The daemon whose alerts are told.
public struct AlertSender: Sendable {
    /// Its program, such as `clawgress-gateway`.
    public let service: String
    /// What its name is called in what it tells, such as `gateway_id`.
    public let nameKey: String
    /// Its name.
    public let name: String
    /// What its metrics' names begin with, such as `clawgress_audit`.
    public let metricsPrefix: String
    /// Its clock.
    public let clock: AlertClock

    /// Describes a daemon.
    public init(
        service: String,
        nameKey: String,
        name: String,
        metricsPrefix: String,
        clock: AlertClock
    ) {
        self.service = service
        self.nameKey = nameKey
        self.name = name
        self.metricsPrefix = metricsPrefix
        self.clock = clock
    }
}
