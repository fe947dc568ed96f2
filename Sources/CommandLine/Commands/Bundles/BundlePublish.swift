// The everyday command: source in, signed bundle where the gateway watches.

import ArgumentParser
import ClawgressBundle
import ClawgressBundleSigning
import ClawgressModel

/// `clawgress bundle publish DIR`.
struct BundlePublish: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Builds, signs and replaces the bundle in one step.",
        discussion: """
            Examples:
              clawgress bundle publish /etc/clawgress/bundle
              clawgress bundle publish ./source --to /etc/clawgress/bundle

            A gateway that watches the folder takes the new bundle within a second. If anything \
            is wrong with the source, nothing is replaced.
            """
    )

    @Argument(help: ArgumentHelp("The source folder.", valueName: "dir"))
    var folder: String

    @Option(
        help: ArgumentHelp(
            "The folder for bundle.jws; the source folder if absent.",
            valueName: "dir"
        )
    )
    var to: String?

    @OptionGroup var sealing: SealingOptions

    func run(in context: CommandContext) throws {
        let source = try BundleSource.load(folder, now: context.now())
        context.terminal.warn(source.warnings)
        let publication = Publication(
            key: try sealing.openKey("\(source.folder)/\(SourceFolder.sealedKey)", in: context),
            output: "\(to ?? source.folder)/\(SourceFolder.bundle)"
        )
        let signed = try publication.publish(
            source.snapshot,
            as: try publication.nextOrder(epoch: nil, serial: nil),
            now: context.now()
        )
        context.terminal.line(
            "published \(publication.output): \(signed.order), \(signed.revision)"
        )
    }
}
