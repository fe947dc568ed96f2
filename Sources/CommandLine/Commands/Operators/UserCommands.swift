// Who may operate a control plane. Users are configuration: they are made by `clawgress set user`.

import ArgumentParser
import ClawgressContract

/// `clawgress user`.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Lists the operators; they are set as the rest of the configuration is.",
        discussion: """
            A new operator:
              clawgress set user alice role operator
              clawgress configure
              clawgress commit
              clawgress password alice
            """,
        subcommands: [UserList.self]
    )
}

/// `clawgress user list`.
struct UserList: APICommand {
    /// A user as the API lists resources.
    struct Item: Codable, Sendable {
        /// What is configured.
        struct Configuration: Codable, Sendable {
            var role: String?
            var status: String?
        }

        var id: String
        var configuration: Configuration
    }

    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the operators who are in force.",
        discussion: """
            Example:
              clawgress user list
            """
    )

    @OptionGroup var page: PageOptions
    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = page.request(AdminPath.users, query: [("of", "active")])
        try ask(client, request, as: Page<Item>.self, on: terminal) { answer in
            var table = TextTable("USER", "ROLE", "STATUS")
            for each in answer.items {
                let user = each.configuration
                table.add(each.id, user.role ?? "-", user.status ?? "active")
            }
            for line in table.lines { terminal.line(line) }
            page.noteMore(answer.nextCursor, on: terminal)
        }
    }
}
