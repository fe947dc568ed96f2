// The commands that work on the state folder and end.

import ArgumentParser
import ClawgressAuditService
import ClawgressDaemon
import Foundation

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes the key of a new log, and prints the key by which it is verified."
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    func run() throws {
        let configuration = try ConfigurationFile.read(AuditConfiguration.self, from: config)
        let key = try AuditService.begin(configuration)
        FileHandle.standardOutput.write(Data("\(key)\n".utf8))
    }
}

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Holds log, checkpoints, journal and streams against each other.",
        discussion: """
            Reads every entry and changes nothing; the service must not run. A log that is served, \
            or was copied, is checked by `clawgress audit verify`.

            EXAMPLES
              clawgress-audit check --config audit.yaml
              clawgress-audit check --config audit.yaml --rebuild-streams
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Flag(help: "Make the file `streams` again from the entries, in place of checking it.")
    var rebuildStreams = false

    func run() throws {
        let configuration = try ConfigurationFile.read(AuditConfiguration.self, from: config)
        let places = AuditPlaces(stateFolder: configuration.stateFolder)
        let check = try LogCheck(places, settings: configuration.settings)
        let report = try check.run(rebuildsStreams: rebuildStreams)
        let lines = [
            "entries under the newest checkpoint: \(report.entries)",
            "entries that wait for a checkpoint: \(report.waiting)",
            "checkpoints, all of this log: \(report.checkpoints)",
            "streams of records: \(report.streams)",
            "records known to be missing: \(report.missing)",
        ]
        FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes a checked copy of log and key to a new folder; the service may run.",
        discussion: """
            The copy is a state folder as of the newest checkpoint. A service that is started on it \
            is a log that was rolled back to that checkpoint, and gateways that have seen a newer \
            one will say so.

            EXAMPLES
              clawgress-audit backup --config audit.yaml /backup/audit-2026-11-26
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Argument(help: ArgumentHelp("The folder to make.", valueName: "target"))
    var target: String

    func run() throws {
        let configuration = try ConfigurationFile.read(AuditConfiguration.self, from: config)
        let entries = try LogBackup.write(
            AuditPlaces(stateFolder: configuration.stateFolder),
            to: target,
            settings: configuration.settings
        )
        FileHandle.standardOutput.write(Data("entries copied and checked: \(entries)\n".utf8))
    }
}
