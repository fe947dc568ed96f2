// The tree of commands.

import ArgumentParser
import ClawgressModel

/// The root of the tree.
struct Clawgress: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clawgress",
        abstract: "Sets up, changes, explains and reads the egress gateway of AI agents.",
        discussion: """
            A change on a control plane is three commands:
              clawgress set policy allow-github match destination '*.github.com'
              clawgress configure
              clawgress commit

            A stand-alone gateway needs no control plane:
              clawgress bundle init /etc/clawgress/bundle
              clawgress key create crawler --source /etc/clawgress/bundle
              clawgress bundle publish /etc/clawgress/bundle
            """,
        version: Product.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Configuration",
                subcommands: [
                    SetCommand.self, DeleteCommand.self, RenameCommand.self, CopyCommand.self,
                    EditLevelCommand.self, TopCommand.self, ShowCommand.self,
                    CompareCommand.self, DiscardCommand.self, LoadCommand.self,
                    MergeCommand.self, RebaseCommand.self, CompleteCommand.self,
                ]
            ),
            CommandGroup(
                name: "Enforcement",
                subcommands: [
                    ConfigureCommand.self, CommitCommand.self, ConfirmCommand.self,
                    RollbackCommand.self, RevisionsCommand.self, CommitsCommand.self,
                    ReplayCommand.self, SuggestCommand.self, PolicyCommand.self,
                ]
            ),
            CommandGroup(
                name: "Operators, agents, gateways",
                subcommands: [
                    LoginCommand.self, LogoutCommand.self, WhoAmICommand.self,
                    PasswordCommand.self, UserCommand.self, OperatorTokenCommand.self,
                    AgentKeyCommand.self, GatewayCommand.self,
                ]
            ),
            CommandGroup(
                name: "Evidence",
                subcommands: [EventsCommand.self, AuditCommand.self]
            ),
            CommandGroup(
                name: "A control plane on this machine",
                subcommands: [UpCommand.self, StatusCommand.self, DownCommand.self]
            ),
            CommandGroup(
                name: "Files, without a control plane",
                subcommands: [
                    BundleCommand.self, KeyCommand.self, TokenCommand.self,
                    ExplainCommand.self, EnvCommand.self, RunCommand.self,
                    PKICommand.self,
                ]
            ),
        ]
    )
}
