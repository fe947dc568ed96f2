// The gateway's process. Purpose: carries agents' requests to the Internet, if identity, policy
// and quota agree. Reads: its configuration, bundles, name servers; enrolled, its policy service.
// Writes: the audit spool, the state folder. Security: runs unprivileged, holds nothing that signs
// bundles and no agent's secret; all its input is hostile. When a neighbour is down: serves its
// last snapshot.

import ArgumentParser
import ClawgressDaemon
import ClawgressGateway
import ClawgressModel
import Logging
import ServiceLifecycle

@main
struct GatewayDaemon: Daemon {
    static let configuration = CommandConfiguration(
        commandName: "clawgress-gateway",
        abstract: "Enforces egress policy on the requests of AI agents.",
        discussion: """
            Takes signed bundles from a folder or from its policy service, verifies and compiles \
            them, and serves agents as an HTTP proxy. See Documentation/gateway.md for the configuration file.

            EXAMPLES
              clawgress-gateway --config /etc/clawgress/gateway.yaml --check-config
              clawgress-gateway --config /etc/clawgress/gateway.yaml
            """,
        version: Product.version
    )

    @OptionGroup var options: DaemonOptions

    static func services(
        configuration: GatewayConfiguration,
        logger: Logger
    ) async throws -> [any Service] {
        try await Gateway.services(configuration, logger: logger)
    }
}
