// What all gateways of an installation share beside rules: limits, deadlines, names with
// fixed addresses. What one machine needs to start (addresses, folders) is in its own file, and
// so are its listeners.

/// Settings that travel in the bundle.
public struct GatewaySettings: Codable, Sendable, Equatable {
    /// What to do with requests that cannot be recorded.
    public enum AuditFailure: String, Codable, Sendable {
        /// Forward, and count the loss in a gap record.
        case proceed = "continue"
        /// Answer 503.
        case refuse
    }

    /// Names with fixed addresses; they are classified like every other answer.
    public var staticHosts: [String: [String]]
    /// Sizes, counts and times.
    public var limits: Limits
    /// What a full or failing disk does to traffic.
    public var auditOnFailure: AuditFailure
    /// Addresses (CIDR) that no policy can open: the control plane's, for one.
    public var protectedAddresses: [String]
    /// Which tunnels may be asked for at all.
    public var tunnel: TunnelSettings
    /// How names are resolved.
    public var resolver: ResolverSettings
    /// What of a request's target is written down.
    public var record: RecordSettings
    /// When alerts are raised.
    public var alert: AlertSettings

    /// Assembles settings; the defaults are the product's.
    public init(
        staticHosts: [String: [String]] = [:],
        limits: Limits = Limits(),
        auditOnFailure: AuditFailure = .proceed,
        protectedAddresses: [String] = [],
        tunnel: TunnelSettings = TunnelSettings(),
        resolver: ResolverSettings = ResolverSettings(),
        record: RecordSettings = RecordSettings(),
        alert: AlertSettings = AlertSettings()
    ) {
        self.staticHosts = staticHosts
        self.limits = limits
        self.auditOnFailure = auditOnFailure
        self.protectedAddresses = protectedAddresses
        self.tunnel = tunnel
        self.resolver = resolver
        self.record = record
        self.alert = alert
    }

    enum CodingKeys: String, CodingKey {
        case limits, tunnel, resolver, record, alert
        case staticHosts = "static_hosts"
        case auditOnFailure = "audit_on_failure"
        case protectedAddresses = "protected_addresses"
    }
}

/// Every bound on what a client or an origin can make a gateway do.
public struct Limits: Codable, Sendable, Equatable {
    /// Bytes of a request head, request line included.
    public var headBytes = 65_536
    /// Field lines in a head or trailer section.
    public var fieldCount = 128
    /// Milliseconds from the first byte of a head to its last, and from the answer that opens a
    /// tunnel to the end of its ClientHello.
    public var headMilliseconds = 10_000
    /// Bytes of a tunnel's ClientHello, with the headers of its records.
    public var helloBytes = 16_384
    /// Milliseconds a kept connection may wait for its next request.
    public var keepAliveMilliseconds = 60_000
    /// Milliseconds for resolving a name.
    public var resolveMilliseconds = 5_000
    /// Milliseconds for one connection attempt.
    public var connectMilliseconds = 10_000
    /// Milliseconds until an origin's answer begins.
    public var responseMilliseconds = 120_000
    /// Milliseconds without a byte in either direction of an exchange.
    public var idleMilliseconds = 300_000
    /// Milliseconds from head to end of one exchange that is no tunnel; 0 for no bound.
    public var totalMilliseconds = 0
    /// Milliseconds from head to end of a tunnel; 0 for no bound.
    public var tunnelMilliseconds = 86_400_000
    /// Client connections of one gateway.
    public var connections = 16_384
    /// Tunnels of one agent on one gateway.
    public var tunnelsPerAgent = 2_048
    /// Idle upstream connections kept for one (agent, address, port).
    public var pooledPerOrigin = 32
    /// Milliseconds an idle upstream connection is kept.
    public var pooledMilliseconds = 30_000
    /// Failed verifications that one (source, claimed id) may cause in ten seconds.
    public var failureBudget = 20

    /// The product's defaults.
    public init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case headBytes = "head_bytes"
        case fieldCount = "field_count"
        case headMilliseconds = "head_ms"
        case helloBytes = "hello_bytes"
        case keepAliveMilliseconds = "keep_alive_ms"
        case resolveMilliseconds = "resolve_ms"
        case connectMilliseconds = "connect_ms"
        case responseMilliseconds = "response_ms"
        case idleMilliseconds = "idle_ms"
        case totalMilliseconds = "total_ms"
        case tunnelMilliseconds = "tunnel_ms"
        case connections
        case tunnelsPerAgent = "tunnels_per_agent"
        case pooledPerOrigin = "pooled_per_origin"
        case pooledMilliseconds = "pooled_ms"
        case failureBudget = "failure_budget"
    }
}
