// "Why was I denied?", answered without a gateway.

import ArgumentParser
import ClawgressBundleSigning
import ClawgressJWS
import ClawgressPolicy

/// `clawgress explain AGENT METHOD URL`.
struct ExplainCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says what would happen to a request, and why.",
        discussion: """
            Examples:
              clawgress explain crawler GET http://example.com/docs --bundle ./bundle
              clawgress explain crawler CONNECT pypi.org:443 --bundle bundle.jws
              clawgress explain builder GET https://github.com/ --bundle ./bundle --json

            Every policy is listed in the order in which it counts, with the first field that \
            does not match. A method with small letters must be allowed in capitals, too, as at \
            the gateway. Nothing is sent and no name is resolved. Exit code 0 if the request \
            would be allowed, 1 if it would be denied.
            """
    )

    @Argument(help: ArgumentHelp("The agent's id.", valueName: "agent"))
    var agent: String

    @Argument(help: ArgumentHelp("The method, such as GET or CONNECT.", valueName: "method"))
    var method: String

    @Argument(help: ArgumentHelp("The URL, or host:port for CONNECT.", valueName: "url"))
    var url: String

    @Option(help: ArgumentHelp("A source folder or a bundle.", valueName: "path"))
    var bundle = "."

    @Option(
        help: ArgumentHelp(
            "The time, such as 2026-01-31T08:00:00Z; now if absent.",
            valueName: "time"
        )
    )
    var at: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let at, Timestamp.seconds(at) == nil {
            throw ValidationError("`\(at)` is no time; write 2026-01-31T08:00:00Z")
        }
    }

    func run(in context: CommandContext) throws {
        let target = try ExplainTarget.read(method: method, url: url)
        let loaded = try SnapshotFile.load(bundle, now: context.now())
        let explanation = try Explanation(
            agentID: agent,
            target: target,
            snapshot: loaded.snapshot,
            time: at.flatMap { Timestamp.seconds($0) } ?? context.now()
        )
        if json {
            context.terminal.line(explanation.json.jsonText)
        } else {
            explanation.show(on: context.terminal)
        }
        if !explanation.isAllowed { throw CommandFailure(.no, "") }
    }
}
