// How gateways ask for addresses, as far as all of them do it in the same way.

/// Settings of name resolution.
public struct ResolverSettings: Codable, Sendable, Equatable {
    /// The greatest number of name servers.
    public static var serversMax: Int { 8 }

    /// Name servers (``NameServer``) in the order to ask; empty for those of each gateway.
    public var servers: [String]
    /// Milliseconds that one name server gets before the next try.
    public var tryMilliseconds = 1_500
    /// How often the list of servers is tried.
    public var tries = 3
    /// Seconds that an answer is kept at least.
    public var keptSecondsMin = 1
    /// Seconds that an answer is kept at most.
    public var keptSecondsMax = 300
    /// Seconds that a failure is kept.
    public var failureSeconds = 3

    /// Assembles settings; all but the servers begin as the product's defaults.
    public init(servers: [String] = []) {
        self.servers = servers
    }

    /// Every number with its name in bundles and their sources.
    public static var named: [(name: String, number: WritableKeyPath<ResolverSettings, Int>)] {
        [
            ("try_ms", \.tryMilliseconds),
            ("tries", \.tries),
            ("ttl_min_seconds", \.keptSecondsMin),
            ("ttl_max_seconds", \.keptSecondsMax),
            ("negative_seconds", \.failureSeconds),
        ]
    }

    /// The values that a number can have.
    ///
    /// Nothing is kept for no time at all: that would mean a question for each request.
    public static func range(of number: KeyPath<ResolverSettings, Int>) -> ClosedRange<Int> {
        switch number {
        case \.tryMilliseconds: 50...10_000
        case \.tries: 1...10
        case \.failureSeconds: 1...300
        default: 1...86_400
        }
    }

    enum CodingKeys: String, CodingKey {
        case servers, tries
        case tryMilliseconds = "try_ms"
        case keptSecondsMin = "ttl_min_seconds"
        case keptSecondsMax = "ttl_max_seconds"
        case failureSeconds = "negative_seconds"
    }
}
