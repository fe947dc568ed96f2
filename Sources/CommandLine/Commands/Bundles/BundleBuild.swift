// From a source to the canonical content, for review or for signing elsewhere.

import ArgumentParser
import ClawgressBundle
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressModel

/// `clawgress bundle build`.
struct BundleBuild: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Checks a source and writes the unsigned bundle.",
        discussion: """
            Examples:
              clawgress bundle build --source ./bundle
              clawgress bundle build --source ./bundle --output bundle.json

            All problems are listed at once, as file:line:column. Without --output the bundle \
            goes to standard output.
            """
    )

    @Option(help: ArgumentHelp("The source folder, or the file in it.", valueName: "dir"))
    var source = "."

    @Option(help: ArgumentHelp("Where to write the bundle.", valueName: "file"))
    var output: String?

    func run(in context: CommandContext) throws {
        let loaded = try BundleSource.load(source, now: context.now())
        context.terminal.warn(loaded.warnings)
        let stamped = BundleSigner.stamp(
            loaded.snapshot,
            as: BundleOrder(epoch: 0, serial: 0),
            issuedAt: 0
        )
        let content = stamped.canonicalJSON() + [UInt8(ascii: "\n")]
        guard let output else {
            context.terminal.write(.output, String(decoding: content, as: UTF8.self))
            return
        }
        try WholeFile.replace(output, with: content)
        context.terminal.line("built \(output): \(stamped.revision)")
    }
}
