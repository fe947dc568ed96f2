// From a candidate to enforcement: check and stage, then put into force everywhere or nowhere.

import ArgumentParser
import ClawgressContract

/// `clawgress configure`.
struct ConfigureCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "configure",
        abstract: "Checks your candidate and stages it as a revision; enforces nothing.",
        discussion: """
            Examples:
              clawgress configure
              clawgress configure --comment 'github for platform'

            All errors are listed, each with its path; warnings do not hinder. What is staged is \
            enforced by clawgress commit.
            """
    )

    @Option(help: ArgumentHelp("Why, for those who read it later.", valueName: "text"))
    var comment: String?

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = APIRequest(
            .post,
            AdminPath.configure,
            body: try APIClient.encode(ConfigureRequest(comment: comment))
        )
        try ask(client, request, as: ConfigureAnswer.self, on: terminal) { answer in
            terminal.warn(answer.report.warnings.map { Self.line(for: $0) })
            terminal.line("staged \(answer.revision)")
            terminal.note("nothing is enforced yet: clawgress commit")
        }
    }

    private static func line(for item: ProblemItem) -> String {
        TerminalText.escaped([item.path, item.message].compactMap { $0 }.joined(separator: ": "))
    }
}

/// `clawgress commit`.
struct CommitCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "commit",
        abstract: "Puts the staged revision into force on all gateways, or on none.",
        discussion: """
            Examples:
              clawgress commit --comment 'github for platform'
              clawgress commit --confirm 5
              clawgress commit --exclude gw-2

            With --confirm everything goes back by itself unless clawgress confirm follows \
            within so many minutes, also on gateways that are cut off by then. --exclude does \
            not wait for a gateway that is known to be down; only admins may.
            """
    )

    @Option(help: ArgumentHelp("Why, for those who read it later.", valueName: "text"))
    var comment: String?

    @Option(help: ArgumentHelp("Revert unless confirmed within so many.", valueName: "minutes"))
    var confirm: Int?

    @Option(help: ArgumentHelp("Go on without this gateway; repeatable.", valueName: "gateway"))
    var exclude: [String] = []

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let body = CommitRequest(
            comment: comment,
            confirmMinutes: confirm,
            excludeGateways: exclude.isEmpty ? nil : exclude
        )
        let request = APIRequest(.post, AdminPath.commit, body: try APIClient.encode(body))
        try ask(client, request, as: CommitAnswer.self, on: terminal) {
            CommitText.show($0, on: terminal)
        }
    }
}

/// `clawgress confirm`.
struct ConfirmCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Keeps what commit --confirm put into force.",
        discussion: """
            Example:
              clawgress confirm
            """
    )

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        try ask(
            client,
            APIRequest(.post, AdminPath.confirm),
            as: CommitAnswer.self,
            on: terminal
        ) { CommitText.show($0, on: terminal) }
    }
}

/// `clawgress rollback N`.
struct RollbackCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Loads an older revision into your candidate.",
        discussion: """
            Examples:
              clawgress rollback 1
              clawgress rollback 4f3c2b1a

            1 is what was active before. It is enforced as any change is: by clawgress configure \
            and clawgress commit. Keys that were revoked since stay revoked.
            """
    )

    @Argument(help: ArgumentHelp("A number, or a revision.", valueName: "to"))
    var to: String

    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = APIRequest(
            .post,
            AdminPath.rollback,
            body: try APIClient.encode(RollbackRequest(to: to))
        )
        try ask(client, request, as: CandidateAnswer.self, on: terminal) {
            CandidateText.show($0, on: terminal)
            for key in $0.keptRevoked ?? [] {
                terminal.note(TerminalText.escaped("\(key) was revoked since and stays revoked"))
            }
            terminal.note("nothing is enforced yet: clawgress configure, clawgress commit")
        }
    }
}
