// The commands about the audit record.

import ArgumentParser

/// `clawgress events`.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Reads the audit events of a gateway or of the admin API.",
        discussion: """
            On a terminal events are columns; in a pipe, or with --json, each is one line of \
            JSON. Where events were lost, a gap record says how many.

            Nothing ships or deletes events yet: when the spool has reached `spool.bytes_max`, \
            new events are lost and counted (or, with `audit_on_failure: refuse`, requests are \
            answered 503) until an operator has moved the *.segment files away.
            """,
        subcommands: [EventsTail.self, EventsShow.self, EventsGrep.self]
    )
}
