// Whole texts into the candidate: what `show --commands` or `show --json` wrote, or a person.

import ArgumentParser
import ClawgressBytes
import ClawgressContract

/// A command that sends a file.
protocol LoadingCommand: APICommand {
    static var mode: LoadRequest.Mode { get }
    var file: String { get }
}

extension LoadingCommand {
    func run(with client: APIClient, on terminal: Terminal) throws {
        let path = file == "-" ? "/dev/stdin" : file
        let bytes = try WholeFile.read(path, bytesMax: CandidateLoad.bytesMax)
        let request = try CandidateLoad.request(bytes, mode: Self.mode)
        try ask(client, request, as: CandidateAnswer.self, on: terminal) {
            CandidateText.show($0, on: terminal)
        }
    }
}

/// The request that loads a text.
enum CandidateLoad {
    static var bytesMax: Int { 32 << 20 }

    /// A text that begins with `{` is JSON, any other is commands.
    static func request(_ bytes: [UInt8], mode: LoadRequest.Mode) throws -> APIRequest {
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        let first = bytes.first { !blanks.contains($0) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.data, "the configuration is not UTF-8")
        }
        let body = LoadRequest(
            mode: mode,
            format: first == UInt8(ascii: "{") ? .json : .commands,
            text: text
        )
        return APIRequest(.post, AdminPath.load, body: try APIClient.encode(body))
    }
}

/// `clawgress load FILE`.
struct LoadCommand: LoadingCommand {
    static let mode = LoadRequest.Mode.load
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Replaces your candidate by a file: commands or JSON.",
        discussion: """
            Examples:
              clawgress load site.conf
              clawgress show --of 3 --commands | clawgress load -

            If anything in the file is wrong, all problems are listed and nothing is changed. Its \
            lines begin at the top, whatever your level is.
            """
    )

    @Argument(help: ArgumentHelp("The file; `-` for standard input.", valueName: "file"))
    var file: String

    @OptionGroup var options: APIOptions
}

/// `clawgress merge FILE`.
struct MergeCommand: LoadingCommand {
    static let mode = LoadRequest.Mode.merge
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Adds a file to your candidate: commands or JSON.",
        discussion: """
            Example:
              clawgress merge more-policies.conf

            Its lines begin at the top, whatever your level is.
            """
    )

    @Argument(help: ArgumentHelp("The file; `-` for standard input.", valueName: "file"))
    var file: String

    @OptionGroup var options: APIOptions
}
