// The part of the grammar about what all gateways share. Names, ranges and defaults of limits are
// the model's; only what they are for is said here.

import ClawgressModel

extension ConfigSchema {
    static let gateway = ConfigShape.container([
        SchemaNode("limit", "bounds of sizes, counts and times", .container(bounds)),
        SchemaNode(
            "static-host",
            "a name with fixed addresses, which are checked like every other answer",
            .list(ListShape(LeafShape(.hostName), .leaves(.address)))
        ),
        SchemaNode(
            "audit-on-failure",
            "what happens to requests that cannot be recorded",
            .leaf(
                .choice([
                    ConfigChoice("continue", "they are forwarded and counted as lost"),
                    ConfigChoice("refuse", "they are answered with 503"),
                ]),
                fallback: .text("continue")
            )
        ),
        SchemaNode(
            "protected-address",
            "a block that no policy can open",
            .leaves(.block)
        ),
        SchemaNode("tunnel", "what holds for the tunnels of all policies", tunnel),
        SchemaNode("resolver", "how names are resolved", resolver),
        SchemaNode("record", "what events say of a request's target", record),
        SchemaNode("alert", "when alerts are raised", alert),
    ])

    private static let bounds: [SchemaNode] = Limits.named.map { name, limit in
        let range = Limits.range(of: limit)
        let bounds = Int64(range.lowerBound)...Int64(range.upperBound)
        return SchemaNode(
            word(name),
            limitHelp[name] ?? "",
            .leaf(
                .integer(bounds, unit: unit(name)),
                fallback: .integer(Int64(Limits()[keyPath: limit]))
            )
        )
    }

    /// A field's name as a word.
    static func word(_ field: String) -> String { field.replacing("_", with: "-") }

    private static func unit(_ name: String) -> String {
        if name.hasSuffix("_ms") { return "milliseconds" }
        return name.hasSuffix("_bytes") ? "bytes" : ""
    }

    private static let limitHelp = [
        "head_bytes": "the size of a request head",
        "field_count": "field lines in a head or trailer section",
        "hello_bytes": "the size of a tunnel's ClientHello",
        "head_ms": "from the first byte of a head to its last",
        "keep_alive_ms": "how long a kept connection may wait for its next request",
        "resolve_ms": "for resolving a name",
        "connect_ms": "for one attempt to connect",
        "response_ms": "until an origin's answer begins",
        "idle_ms": "without a byte in either direction",
        "total_ms": "for one exchange that is no tunnel; 0 for no bound",
        "tunnel_ms": "for a tunnel; 0 for no bound",
        "connections": "client connections of one gateway",
        "tunnels_per_agent": "tunnels of one agent on one gateway",
        "pooled_per_origin": "idle connections kept for one agent, address and port",
        "pooled_ms": "how long an idle upstream connection is kept",
        "failure_budget": "failed verifications that a source may cause in ten seconds",
    ]
}
