// The commands about the audit record.

import ArgumentParser

/// `clawgress events`.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Reads a gateway's audit events.",
        discussion: """
            On a terminal events are columns; in a pipe, or with --json, each is one line of \
            JSON. Where events were lost, a gap record says how many.
            """,
        subcommands: [EventsTail.self, EventsShow.self, EventsGrep.self]
    )
}
