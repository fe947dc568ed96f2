// What a policy's fields mean together: for who compiles a set and for who reviews one.

extension Policy {
    /// The total order of a set: priority, deny before allow, then the id's bytes.
    public static func precedes(_ left: Policy, _ right: Policy) -> Bool {
        if left.priority != right.priority { return left.priority < right.priority }
        if left.action != right.action { return left.action == .deny }
        return left.policyID.utf8.lexicographicallyPrecedes(right.policyID.utf8)
    }

    /// Whether the methods include CONNECT.
    public var namesConnect: Bool { match.method?.contains("CONNECT") ?? true }

    /// Whether the policy applies to a CONNECT that meets its other conditions.
    ///
    /// An allow must not rest on what a CONNECT does not show, so a path, or a method list
    /// without `CONNECT`, never opens a tunnel. A deny fails closed: the tunnel could carry
    /// what it forbids.
    public var appliesToTunnels: Bool {
        switch action {
        case .allow: namesConnect && match.pathPrefix == nil
        case .deny: tunnels == .apply
        }
    }
}
