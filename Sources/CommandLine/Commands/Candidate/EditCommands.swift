// Changing the candidate: one line of configuration, sent as it would be typed, and read where
// `edit` went. Both are on the server and belong to the token, so these commands keep nothing.

import ArgumentParser
import ClawgressConfigTree
import ClawgressContract

/// A command that is one edit: its own name and the words behind it.
protocol EditCommand: APICommand {
    /// What stands before the words.
    static var verb: String { get }
    var words: [String] { get }
}

extension EditCommand {
    func run(with client: APIClient, on terminal: Terminal) throws {
        let line = "\(Self.verb) \(ConfigPath(words).text)"
        let request = APIRequest(
            .post,
            AdminPath.edit,
            body: try APIClient.encode(EditRequest(edits: [line], relative: true))
        )
        try ask(client, request, as: CandidateAnswer.self, on: terminal) {
            CandidateText.show($0, on: terminal)
        }
    }
}

/// `clawgress set PATH… VALUE`.
struct SetCommand: EditCommand {
    static let verb = "set"
    static let configuration = CommandConfiguration(
        commandName: verb,
        abstract: "Sets a value in your candidate, or adds one to a list.",
        discussion: """
            Examples:
              clawgress set policy allow-github action allow
              clawgress set policy allow-github match destination '*.github.com'
              clawgress set quota crawler rps-limit 50

            The path begins at your level, which is the top until clawgress edit goes elsewhere. \
            Nothing is enforced by it: look with clawgress compare, check and stage with \
            clawgress configure, enforce with clawgress commit.
            """
    )

    @Argument(help: ArgumentHelp("The path, then the value.", valueName: "word"))
    var words: [String]

    @OptionGroup var options: APIOptions
}

/// `clawgress delete PATH… [VALUE]`.
struct DeleteCommand: EditCommand {
    static let verb = "delete"
    static let configuration = CommandConfiguration(
        commandName: verb,
        abstract: "Deletes an entry, or one value of a list, from your candidate.",
        discussion: """
            Examples:
              clawgress delete policy allow-github
              clawgress delete policy allow-github match destination '*.github.com'
            """
    )

    @Argument(help: ArgumentHelp("The path, perhaps with a value.", valueName: "word"))
    var words: [String]

    @OptionGroup var options: APIOptions
}

/// `clawgress rename PATH… to NAME`.
struct RenameCommand: EditCommand {
    static let verb = "rename"
    static let configuration = CommandConfiguration(
        commandName: verb,
        abstract: "Renames an entry in your candidate.",
        discussion: """
            Example:
              clawgress rename policy allow-github to allow-source-hosting
            """
    )

    @Argument(help: ArgumentHelp("The path, `to`, the new name.", valueName: "word"))
    var words: [String]

    @OptionGroup var options: APIOptions
}

/// `clawgress copy PATH… to NAME`.
struct CopyCommand: EditCommand {
    static let verb = "copy"
    static let configuration = CommandConfiguration(
        commandName: verb,
        abstract: "Copies an entry of your candidate under another name.",
        discussion: """
            Example:
              clawgress copy policy allow-github to allow-gitlab
            """
    )

    @Argument(help: ArgumentHelp("The path, `to`, the new name.", valueName: "word"))
    var words: [String]

    @OptionGroup var options: APIOptions
}
