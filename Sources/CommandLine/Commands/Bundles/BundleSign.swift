// Signing on a machine of its own, away from the source.

import ArgumentParser
import ClawgressBundle
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressModel

/// `clawgress bundle sign`.
struct BundleSign: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Signs a built bundle.",
        discussion: """
            Example:
              clawgress bundle sign --key signing-key.sealed bundle.json --output bundle.jws

            The serial is one more than that of the bundle at the output. Gateways refuse a \
            bundle that is not higher than the last one they obeyed.
            """
    )

    @Option(help: ArgumentHelp("The sealed signing key.", valueName: "file"))
    var key: String

    @Option(help: ArgumentHelp("Where to write the signed bundle.", valueName: "file"))
    var output: String

    @Option(help: ArgumentHelp("The serial.", valueName: "number"))
    var serial: Int64?

    @Option(help: ArgumentHelp("The epoch; raised after a restore.", valueName: "number"))
    var epoch: Int64?

    @OptionGroup var sealing: SealingOptions

    @Argument(help: ArgumentHelp("The built bundle.", valueName: "bundle.json"))
    var input: String

    func validate() throws {
        guard (serial ?? 1) >= 1, (epoch ?? 1) >= 1 else {
            throw ValidationError("--serial and --epoch must be at least 1")
        }
    }

    func run(in context: CommandContext) throws {
        let bytes = try WholeFile.read(input, bytesMax: SignedBundle.bytesMax)
        let snapshot = try SnapshotReader.read(bytes)
        let publication = Publication(
            key: try sealing.openKey(key, in: context),
            output: output
        )
        let signed = try publication.publish(
            snapshot,
            as: try publication.nextOrder(epoch: epoch, serial: serial),
            now: context.now()
        )
        context.terminal.line("signed \(output): \(signed.order), \(signed.revision)")
    }
}
