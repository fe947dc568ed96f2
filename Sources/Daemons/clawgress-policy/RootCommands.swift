// The commands that need the root key: each opens it, signs one key set, and ends.

import ArgumentParser
import ClawgressDaemon
import ClawgressPolicyService
import ClawgressSealing

/// Where the root key is, and whose configuration is meant.
struct RootOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Option(
        help: ArgumentHelp(
            "The sealed root key; keep it off this machine at all other times.",
            valueName: "file"
        )
    )
    var rootKey: String

    @Option(
        help: ArgumentHelp(
            "A file with the passphrase that seals it, readable by its owner only.",
            valueName: "file"
        )
    )
    var rootPassphrase: String

    /// Everything that a ceremony needs; makes the state folder for the first one.
    func ceremony() throws -> RootCeremony {
        let configuration = try ConfigurationFile.read(PolicyConfiguration.self, from: config)
        let places = PolicyPlaces(stateFolder: configuration.stateFolder)
        try places.create()
        return RootCeremony(
            folder: places.keys,
            credential: try Passphrase(credential: configuration.credential),
            root: RootCeremony.SealedRoot(
                path: rootKey,
                passphrase: try Passphrase(credential: rootPassphrase)
            )
        )
    }
}

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes the root key, the first signing key and the first key set."
    )

    @OptionGroup var root: RootOptions

    func run() throws {
        try root.ceremony().begin(now: PolicyClock.system.wall())
    }
}

struct RotateKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key",
        abstract: "Makes a new signing key; the running service takes it within two seconds."
    )

    @OptionGroup var root: RootOptions

    @Option(
        help: ArgumentHelp(
            "How many days the replaced keys stay valid; publish something within them.",
            valueName: "days"
        )
    )
    var overlapDays = 30

    func validate() throws {
        guard (0...3_650).contains(overlapDays) else {
            throw ValidationError("`--overlap-days` must be 0 to 3650")
        }
    }

    func run() throws {
        try root.ceremony().rotate(
            now: PolicyClock.system.wall(),
            overlap: Int64(overlapDays) * 86_400
        )
    }
}

struct RaiseEpochCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "raise-epoch",
        abstract: "Allows the next epoch, which a restored service must publish in."
    )

    @OptionGroup var root: RootOptions

    func run() throws {
        try root.ceremony().raiseEpoch(now: PolicyClock.system.wall())
    }
}
