// The audit service's process. Purpose: keeps every record of gateways and admin API once, in a log
// that proves itself complete and unaltered. Reads: its configuration, mesh folder, key. Writes:
// its state folder, with an index of the log that it can make again. Security: holds the log's signing key, opened with its credential; takes
// records over mutual TLS, each from its own sender only. When it is down: gateways and admin
// API keep their records in their spools and send them later.

import ArgumentParser
import CForget
import ClawgressAuditService
import ClawgressDaemon
import ClawgressModel
import Logging
import ServiceLifecycle

@main
struct AuditProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clawgress-audit",
        abstract: "Keeps the log of all records, and proves it.",
        discussion: """
            See Documentation/audit-service.md for the configuration file and the protocol.

            EXAMPLES
              clawgress-audit init --config audit.yaml > log-key.pub
              clawgress-audit --config /etc/clawgress/audit.yaml
              clawgress-audit backup --config audit.yaml /backup/audit-2026-11-26
              clawgress-audit check --config audit.yaml
            """,
        version: Product.version,
        subcommands: [
            AuditDaemon.self, InitCommand.self, CheckCommand.self, BackupCommand.self,
            ReindexCommand.self,
        ],
        defaultSubcommand: AuditDaemon.self
    )
}

struct AuditDaemon: Daemon {
    static let configuration = CommandConfiguration(
        // The name under which it logs; people do not type it, because it is the default.
        commandName: "clawgress-audit",
        abstract: "Serves until it is told to stop.",
        shouldDisplay: false
    )

    @OptionGroup var options: DaemonOptions

    static func services(
        configuration: AuditConfiguration,
        logger: Logger
    ) async throws -> [any Service] {
        // Before the first secret is read.
        cf_forget_freed_memory()
        return try await AuditService.services(configuration, logger: logger)
    }
}
