// The policy service's process. Purpose: the one place where configuration becomes signed bundles,
// and where gateways agree to them. Reads: its configuration, mesh folder, keys. Writes: its
// database, and nothing on gateways but what they fetch. Security: holds the signing keys, opened
// with its credential; speaks only over mutual TLS. When it is down: gateways serve what they
// have, and nothing can be published.

import ArgumentParser
import CForget
import ClawgressDaemon
import ClawgressModel
import ClawgressPolicyService
import Logging
import ServiceLifecycle

@main
struct PolicyProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clawgress-policy",
        abstract: "Signs bundles, and publishes them to gateways in two phases.",
        discussion: """
            See Documentation/policy-service.md for the configuration file and the protocol.

            EXAMPLES
              clawgress-policy init --config policy.yaml \\
                --root-key /media/root.sealed --root-passphrase /run/root.passphrase
              clawgress-policy --config /etc/clawgress/policy.yaml
            """,
        version: Product.version,
        subcommands: [
            PolicyDaemon.self, InitCommand.self, RotateKeyCommand.self, RaiseEpochCommand.self,
            BackupCommand.self, RestoreCommand.self,
        ],
        defaultSubcommand: PolicyDaemon.self
    )
}

struct PolicyDaemon: Daemon {
    static let configuration = CommandConfiguration(
        // The name under which it logs; people do not type it, because it is the default.
        commandName: "clawgress-policy",
        abstract: "Serves until it is told to stop.",
        shouldDisplay: false
    )

    @OptionGroup var options: DaemonOptions

    static func services(
        configuration: PolicyConfiguration,
        logger: Logger
    ) async throws -> [any Service] {
        // Before the first secret is read.
        cf_forget_freed_memory()
        return try await PolicyService.services(configuration, logger: logger)
    }
}
