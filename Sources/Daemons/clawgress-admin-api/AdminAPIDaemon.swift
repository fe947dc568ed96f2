// The admin API's process. Purpose: lets operators change what gateways enforce, and records who
// did. Reads: its configuration, its mesh folder. Writes: its database. Security: serves operators
// over TLS, holds digests of their secrets, and signs nothing. When the policy service is down:
// reads and edits go on, commits are refused and change nothing.

import ArgumentParser
import CForget
import ClawgressAdminAPI
import ClawgressDaemon
import ClawgressModel
import Foundation
import Logging
import ServiceLifecycle

@main
struct AdminAPIProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clawgress-admin-api",
        abstract: "Serves operators: configuration, commits, users, keys and gateways.",
        discussion: """
            See Documentation/admin-api.md for the configuration file and the API.

            EXAMPLES
              clawgress-admin-api --config /etc/clawgress/admin-api.yaml
              clawgress-admin-api backup --config /etc/clawgress/admin-api.yaml /var/backups/admin
            """,
        version: Product.version,
        subcommands: [AdminAPIDaemon.self, BackupCommand.self, RestoreCommand.self],
        defaultSubcommand: AdminAPIDaemon.self
    )
}

struct AdminAPIDaemon: Daemon {
    static let configuration = CommandConfiguration(
        // The name under which it logs; people do not type it, because it is the default.
        commandName: "clawgress-admin-api",
        abstract: "Serves until it is told to stop.",
        shouldDisplay: false
    )

    @OptionGroup var options: DaemonOptions

    static func services(
        configuration: AdminConfiguration,
        logger: Logger
    ) async throws -> [any Service] {
        // Before the first secret is read.
        cf_forget_freed_memory()
        return try await AdminAPI.services(configuration: configuration, logger: logger)
    }
}

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes a copy of the state to a new file; the daemon may run meanwhile."
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Argument(help: ArgumentHelp("The file to write; must not exist.", valueName: "target"))
    var target: String

    func run() throws {
        let configuration = try ConfigurationFile.read(AdminConfiguration.self, from: config)
        try AdminBackup.write(stateFolder: configuration.stateFolder, to: target)
    }
}

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Puts a copy into the place of the state; the daemon must not run.",
        discussion: """
            Tokens and sessions of the copy end. If no admin has a password, a token that lets one in for an
            hour is written to standard output.
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Argument(help: ArgumentHelp("The copy.", valueName: "backup"))
    var backup: String

    func run() throws {
        let configuration = try ConfigurationFile.read(AdminConfiguration.self, from: config)
        let access = try AdminBackup.restore(backup, stateFolder: configuration.stateFolder)
        for line in access.advice { FileHandle.standardError.write(Data("\(line)\n".utf8)) }
        if let token = access.token { FileHandle.standardOutput.write(Data("\(token)\n".utf8)) }
    }
}
