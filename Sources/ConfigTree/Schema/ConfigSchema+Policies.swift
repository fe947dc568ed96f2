// The part of the grammar about what is allowed: policies and what they match.

extension ConfigSchema {
    static let policy = ConfigShape.list(
        ListShape(LeafShape(.identifier), .container(outcome + [matchNode] + tunnels))
    )

    private static let outcome = [
        SchemaNode(
            "action",
            "what a matching policy says",
            choice(
                ("allow", "the request may go on to the quota"),
                ("deny", "the request ends here")
            ),
            isRequired: true
        ),
        SchemaNode(
            "priority",
            "smaller first; ties go deny before allow, then by name",
            .leaf(.integer(exactIntegers, unit: ""), fallback: .integer(1_000))
        ),
        SchemaNode(
            "enabled",
            "whether the policy takes part at all",
            .leaf(.flag, fallback: .flag(true))
        ),
        SchemaNode(
            "mode",
            "whether it decides",
            choice(
                ("enforce", "the policy decides"),
                ("observe", "events say what it would have done; nothing else changes"),
                fallback: "enforce"
            )
        ),
        SchemaNode(
            "version",
            "your version number of this policy; it is in every event",
            .leaf(.integer(exactIntegers, unit: ""), fallback: .integer(1))
        ),
    ]

    private static let matchNode = SchemaNode(
        "match",
        "what the policy applies to: all that is set must match, one value of a set is enough",
        .container([
            SchemaNode("identity", "who asks", identity),
            SchemaNode(
                "destination",
                "where to; unset for anywhere",
                .leaves(
                    .destination(allowsGroups: true),
                    source: .names(of: "destination-group")
                )
            ),
            SchemaNode("method", "the request's method; unset for any", .leaves(.method)),
            SchemaNode(
                "path-prefix",
                "a prefix of the path, on segment boundaries; unset for any",
                .leaves(.pathPrefix)
            ),
            SchemaNode("time", "a weekly period; unset for always", time),
        ])
    )

    private static let identity = ConfigShape.container([
        SchemaNode(
            "agent",
            "one of these agents",
            .leaves(.agentReference, source: .names(of: "agent"))
        ),
        SchemaNode("team", "agents of one of these teams", fields("team")),
        SchemaNode("project", "agents of one of these projects", fields("project")),
        SchemaNode("environment", "agents of one of these environments", fields("environment")),
    ])

    private static func fields(_ keyword: String) -> ConfigShape {
        .leaves(.identifier, source: .values(of: "agent", keyword: keyword))
    }

    private static let time = ConfigShape.container([
        SchemaNode(
            "day",
            "a day on which the period begins; unset for every day",
            .leaves(.choice(days))
        ),
        SchemaNode(
            "from",
            "when it begins",
            .leaf(.timeOfDay(endsPeriod: false)),
            isRequired: true
        ),
        SchemaNode(
            "to",
            "when it ends; not after `from` means on the next day",
            .leaf(.timeOfDay(endsPeriod: true)),
            isRequired: true
        ),
        SchemaNode("zone", "the offset of both times", .leaf(.zone, fallback: .text("UTC"))),
    ])

    private static let days = [
        ConfigChoice("mon", "Monday"), ConfigChoice("tue", "Tuesday"),
        ConfigChoice("wed", "Wednesday"), ConfigChoice("thu", "Thursday"),
        ConfigChoice("fri", "Friday"), ConfigChoice("sat", "Saturday"),
        ConfigChoice("sun", "Sunday"),
    ]

    private static let tunnels = [
        SchemaNode(
            "resolves-to",
            "a block of private or special addresses that an allowed name may lead to",
            .leaves(.block)
        ),
        SchemaNode(
            "tunnels",
            "what a deny with a method or path does to tunnels, which show neither",
            choice(
                ("apply", "the whole tunnel is denied"),
                ("ignore", "the deny is about plain requests only"),
                fallback: "apply"
            )
        ),
        SchemaNode(
            "tls",
            "what must flow in an allowed tunnel; unset for what `gateway tunnel tls` says",
            .leaf(.choice(tunnelContents))
        ),
        SchemaNode(
            "ech",
            "what becomes of an encrypted ClientHello there; unset for what `gateway tunnel ech` says",
            .leaf(.choice(encryptedHellos))
        ),
        SchemaNode(
            "allow-broad",
            "marks `*`, `*.com` or no destination at all in an allow as meant",
            .leaf(.flag, fallback: .flag(false))
        ),
    ]

    private static func choice(
        _ words: (word: String, help: String)...,
        fallback: String? = nil
    ) -> ConfigShape {
        .leaf(
            .choice(words.map { ConfigChoice($0.word, $0.help) }),
            fallback: fallback.map(ConfigValue.text)
        )
    }
}
