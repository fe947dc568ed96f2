// Copies of the service's state, by its own program: only it knows the schema.

import ArgumentParser
import ClawgressDaemon
import ClawgressPolicyService

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes a copy of database and sealed keys to a new folder; the service may run."
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Argument(help: ArgumentHelp("The folder to make.", valueName: "target"))
    var target: String

    func run() throws {
        let configuration = try ConfigurationFile.read(PolicyConfiguration.self, from: config)
        try PolicyBackup.write(
            PolicyPlaces(stateFolder: configuration.stateFolder),
            to: target
        )
    }
}

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Puts a copy into the place of the state; the service must not run.",
        discussion: "Before the service starts again, raise the epoch with the root key."
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Argument(help: ArgumentHelp("The copy's folder.", valueName: "backup"))
    var backup: String

    func run() throws {
        let configuration = try ConfigurationFile.read(PolicyConfiguration.self, from: config)
        try PolicyBackup.restore(
            backup,
            to: PolicyPlaces(stateFolder: configuration.stateFolder)
        )
    }
}
