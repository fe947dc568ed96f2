// The limits under the names that bundles, their source and the documentation have.

extension Limits {
    /// Every limit with its name.
    public static var named: [(name: String, limit: WritableKeyPath<Limits, Int>)] {
        [
            ("head_bytes", \.headBytes),
            ("field_count", \.fieldCount),
            ("hello_bytes", \.helloBytes),
            ("head_ms", \.headMilliseconds),
            ("keep_alive_ms", \.keepAliveMilliseconds),
            ("resolve_ms", \.resolveMilliseconds),
            ("connect_ms", \.connectMilliseconds),
            ("response_ms", \.responseMilliseconds),
            ("idle_ms", \.idleMilliseconds),
            ("total_ms", \.totalMilliseconds),
            ("tunnel_ms", \.tunnelMilliseconds),
            ("connections", \.connections),
            ("tunnels_per_agent", \.tunnelsPerAgent),
            ("pooled_per_origin", \.pooledPerOrigin),
            ("pooled_ms", \.pooledMilliseconds),
            ("failure_budget", \.failureBudget),
        ]
    }
}
