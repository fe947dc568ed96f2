// What was staged and what was in force.

import ArgumentParser
import ClawgressContract

/// Which part of a long list is wanted.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("At most so many entries.", valueName: "count"))
    var limit = 20

    @Option(help: ArgumentHelp("Where the list before ended.", valueName: "text"))
    var cursor: String?

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is at least 1") }
    }

    /// A request for that part.
    func request(_ path: String, query: [(name: String, value: String?)] = []) -> APIRequest {
        APIRequest(.get, path, query: query + [("limit", String(limit)), ("cursor", cursor)])
    }

    /// Says how to go on.
    func noteMore(_ next: String?, on terminal: Terminal) {
        guard let next else { return }
        terminal.note("there are more: --cursor \(TerminalText.shellWord(next))")
    }
}

/// `clawgress revisions`.
struct RevisionsCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "revisions",
        abstract: "Lists the revisions that were staged, newest first.",
        discussion: """
            Example:
              clawgress revisions --limit 5
            """
    )

    @OptionGroup var page: PageOptions
    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = page.request(AdminPath.revisions)
        try ask(client, request, as: Page<RevisionSummary>.self, on: terminal) { answer in
            var table = TextTable("NUMBER", "REVISION", "STAGED", "BY", "COMMENT")
            for each in answer.items {
                table.add(
                    each.number.map { String($0) } ?? "-",
                    each.revision,
                    each.createdAt,
                    each.actor,
                    each.comment ?? ""
                )
            }
            for line in table.lines { terminal.line(line) }
            page.noteMore(answer.nextCursor, on: terminal)
        }
    }
}

/// `clawgress commits`.
struct CommitsCommand: APICommand {
    static let configuration = CommandConfiguration(
        commandName: "commits",
        abstract: "Lists the commits, newest first.",
        discussion: """
            Example:
              clawgress commits --limit 5
            """
    )

    @OptionGroup var page: PageOptions
    @OptionGroup var options: APIOptions

    func run(with client: APIClient, on terminal: Terminal) throws {
        let request = page.request(AdminPath.commits)
        try ask(client, request, as: Page<CommitAnswer>.self, on: terminal) { answer in
            var table = TextTable("COMMIT", "STATE", "SERIAL", "REVISION", "AT", "BY", "COMMENT")
            for each in answer.items {
                table.add(
                    each.commitID,
                    each.state.rawValue,
                    each.serial.map { String($0) } ?? "-",
                    each.revision,
                    each.timestamp,
                    each.actor,
                    each.comment ?? ""
                )
            }
            for line in table.lines { terminal.line(line) }
            page.noteMore(answer.nextCursor, on: terminal)
        }
    }
}
