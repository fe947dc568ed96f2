// The tree of commands.

import ArgumentParser
import ClawgressModel

/// The root of the tree.
struct Clawgress: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clawgress",
        abstract: "Sets up, explains and reads the egress gateway of AI agents.",
        discussion: """
            A first installation is three commands:
              clawgress bundle init /etc/clawgress/bundle
              clawgress key create crawler --source /etc/clawgress/bundle
              clawgress bundle publish /etc/clawgress/bundle
            """,
        version: Product.version,
        subcommands: [
            BundleCommand.self, KeyCommand.self, TokenCommand.self, ExplainCommand.self,
            EnvCommand.self, RunCommand.self, EventsCommand.self, PKICommand.self,
        ]
    )
}
