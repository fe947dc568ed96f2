// The grammar as a table. It covers all that a snapshot can say, in words that read well; what is
// not here cannot be configured, and what is here has an effect.

/// The grammar of the configuration.
public enum ConfigSchema {
    /// The whole grammar.
    public static let root = ConfigShape.container(top)

    /// The keywords at the top, in the order in which they are shown.
    public static let top = ContainerShape([
        SchemaNode("agent", "who may ask: a registered agent", agent),
        SchemaNode("issuer", "an issuer whose tokens (JWT) are believed", issuer),
        SchemaNode("destination-group", "a name for a list of destinations", destinationGroup),
        SchemaNode("policy", "a rule about requests", policy),
        SchemaNode("quota", "how much one agent may ask", quota),
        SchemaNode(
            "default-quota",
            "how much agents without their own quota may ask",
            defaultQuota
        ),
        SchemaNode("gateway", "what all gateways share besides", gateway),
        SchemaNode("user", "an operator of this installation", user),
    ])

    /// The shape at `path`; nil if nothing can be there.
    public static func shape(at path: ConfigPath) -> ConfigShape? {
        var shape = root
        for word in path.words {
            guard let next = shape.after(word) else { return nil }
            shape = next
        }
        return shape
    }

    /// Whole numbers that every JSON reader keeps exact (RFC 8785 section 3.2.2.3).
    static var exactIntegers: ClosedRange<Int64> { 0...9_007_199_254_740_991 }

    private static let destinationGroup = ConfigShape.list(
        ListShape(
            LeafShape(.identifier),
            .container([
                SchemaNode(
                    "destination",
                    "a destination of the group",
                    .leaves(.destination(allowsGroups: false)),
                    isRequired: true
                )
            ])
        )
    )

    private static let quota = ConfigShape.list(
        ListShape(
            LeafShape(.agentReference, source: .names(of: "agent")),
            .container(limits, oneOf: ["rps-limit", "rpm-limit"])
        )
    )

    private static let defaultQuota = ConfigShape.container(
        limits,
        oneOf: ["rps-limit", "rpm-limit"]
    )

    private static let limits = [
        SchemaNode(
            "rps-limit",
            "requests admitted in any one second",
            .leaf(.integer(1...1_000_000, unit: "requests"))
        ),
        SchemaNode(
            "rpm-limit",
            "requests admitted in any sixty seconds",
            .leaf(.integer(1...60_000_000, unit: "requests"))
        ),
        SchemaNode(
            "mode",
            "what happens above a limit",
            .leaf(
                .choice([
                    ConfigChoice("hard-stop", "the request is refused with 429"),
                    ConfigChoice("alert-only", "the request goes on, and its event says so"),
                ]),
                fallback: .text("hard-stop")
            )
        ),
    ]

    private static let user = ConfigShape.list(
        ListShape(
            LeafShape(.identifier),
            .container([
                SchemaNode(
                    "role",
                    "what the user may do",
                    .leaf(
                        .choice([
                            ConfigChoice("admin", "everything"),
                            ConfigChoice("operator", "change and commit the configuration"),
                            ConfigChoice("auditor", "read the configuration and all events"),
                            ConfigChoice("read-only", "read the configuration"),
                        ])
                    ),
                    isRequired: true
                ),
                SchemaNode(
                    "status",
                    "whether the user may log in",
                    status("every login is refused")
                ),
            ])
        )
    )

    /// `active`, unless it is set to `disabled`.
    static func status(_ disabled: String) -> ConfigShape {
        .leaf(
            .choice([
                ConfigChoice("active", "as usual"), ConfigChoice("disabled", disabled),
            ]),
            fallback: .text("active")
        )
    }
}
