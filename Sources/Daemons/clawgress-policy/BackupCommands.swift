// Copies of the service's state, by its own program: only it knows the schema.

import ArgumentParser
import ClawgressDaemon
import ClawgressPolicyService
import Foundation

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
        discussion: """
            A copy does not know which of its gateways were revoked after it was made, so say which ones \
            stay enrolled. Its enrolment tokens end, and so does the deadline of a commit that waited to be \
            confirmed. Before the service starts again, raise the epoch with the root key.

            EXAMPLE
              clawgress-policy restore --config policy.yaml --gateway gw-1 --gateway gw-2 /backup/policy
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Option(
        name: .customLong("gateway"),
        help: ArgumentHelp(
            "A gateway that stays enrolled, once for each; the others are revoked.",
            valueName: "id"
        )
    )
    var gateways: [String] = []

    @Flag(help: "Keeps all gateways: none was revoked since.")
    var allGateways = false

    @Flag(help: "Revokes all gateways: each must be enrolled again.")
    var noGateways = false

    @Argument(help: ArgumentHelp("The copy's folder.", valueName: "backup"))
    var backup: String

    func validate() throws {
        let said = [!gateways.isEmpty, allGateways, noGateways].filter { $0 }
        guard said.count <= 1 else {
            throw ValidationError(
                "`--gateway`, `--all-gateways` and `--no-gateways` exclude one another"
            )
        }
    }

    func run() throws {
        let configuration = try ConfigurationFile.read(PolicyConfiguration.self, from: config)
        let restored = try PolicyBackup.restore(
            backup,
            to: PolicyPlaces(stateFolder: configuration.stateFolder),
            keeping: wish,
            now: PolicyClock.system.wall()
        )
        let lines = restored.advice.map { "\($0)\n" }
        FileHandle.standardOutput.write(Data(lines.joined().utf8))
    }

    private var wish: RestoredGateways {
        if allGateways { return .all }
        if noGateways { return .nobody }
        return gateways.isEmpty ? .unsaid : .only(Set(gateways))
    }
}
