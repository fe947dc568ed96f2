// The part of the grammar about how gateways open tunnels, ask name servers, write records and
// raise alerts. Ranges and defaults are the model's.

import ClawgressModel

extension ConfigSchema {
    static let tunnel = ConfigShape.container([
        SchemaNode(
            "allowed-port",
            "a port that tunnels may lead to; unset for every port",
            .leaves(.portRange)
        ),
        SchemaNode(
            "tls",
            "what must flow in tunnels of policies that do not say it",
            .leaf(.choice(tunnelContents), fallback: .text("require"))
        ),
        SchemaNode(
            "ech",
            "what becomes of an encrypted ClientHello where policies do not say it",
            .leaf(.choice(encryptedHellos), fallback: .text("allow"))
        ),
    ])

    static let tunnelContents = [
        ConfigChoice("require", "TLS for the destination's name"),
        ConfigChoice("any", "anything; every destination needs a port"),
    ]

    static let encryptedHellos = [
        ConfigChoice("allow", "the outer name decides"),
        ConfigChoice("refuse", "the tunnel is closed"),
    ]

    static let resolver = ConfigShape.container(
        [
            SchemaNode(
                "server",
                "a name server; unset for those of each gateway's own file",
                .leaves(.nameServer)
            )
        ]
            + ResolverSettings.named.map { name, number in
                let range = ResolverSettings.range(of: number)
                return SchemaNode(
                    word(name),
                    resolverHelp[name] ?? "",
                    .leaf(
                        .integer(bounds(range), unit: resolverUnit(name)),
                        fallback: .integer(Int64(ResolverSettings()[keyPath: number]))
                    )
                )
            }
    )

    private static let resolverHelp = [
        "try_ms": "what one name server gets before the next try",
        "tries": "how often the list of name servers is tried",
        "ttl_min_seconds": "how long an answer is kept at least",
        "ttl_max_seconds": "how long an answer is kept at most",
        "negative_seconds": "how long a failure is kept",
    ]

    private static func resolverUnit(_ name: String) -> String {
        if name.hasSuffix("_ms") { return "milliseconds" }
        return name.hasSuffix("_seconds") ? "seconds" : ""
    }

    static let record = ConfigShape.container([
        SchemaNode(
            "query",
            "whether the recorded path has the query behind it",
            .leaf(.flag, fallback: .flag(false))
        ),
        SchemaNode(
            "redact-path",
            "paths of which the starred segments are not recorded, nor the query",
            .leaves(.pathPattern)
        ),
    ])

    static let alert = ConfigShape.container([
        SchemaNode(
            "spool-backlog-percent",
            "how full the spool is when `spool_backlog` is raised",
            .leaf(
                .integer(bounds(AlertSettings.percents), unit: "percent"),
                fallback: .integer(Int64(AlertSettings().spoolBacklogPercent))
            )
        ),
        SchemaNode(
            "audit-unreachable-seconds",
            "without an acknowledgement until `audit_unreachable`",
            .leaf(
                .integer(bounds(AlertSettings.seconds), unit: "seconds"),
                fallback: .integer(Int64(AlertSettings().auditUnreachableSeconds))
            )
        ),
        SchemaNode(
            "bundle-age-seconds",
            "without word from the policy service until `bundle_stale`; unset for each gateway's own",
            .leaf(.integer(bounds(AlertSettings.seconds), unit: "seconds"))
        ),
    ])

    private static func bounds(_ range: ClosedRange<Int>) -> ClosedRange<Int64> {
        Int64(range.lowerBound)...Int64(range.upperBound)
    }
}
