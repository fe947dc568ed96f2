// The commands about the audit record.

import ArgumentParser

/// `clawgress events`.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Reads audit events: of the whole log, or of one spool folder.",
        discussion: """
            Examples:
              clawgress events --agent crawler --decision deny --since 1h
              clawgress events --follow
              clawgress events top hosts --since 1d
              clawgress events tail --spool /var/lib/clawgress/gateway/spool

            list, top, count, buckets and export ask the control plane, which has the records of \
            all gateways and of the admin API; they need a login as admin or auditor. tail, show \
            and grep read the spool folder of one gateway or admin API, which has what is not \
            shipped and deleted yet, and need no control plane.

            On a terminal events are columns; in a pipe, or with --json, each is one line of \
            JSON. Where events were lost, a gap record says how many.
            """,
        subcommands: [
            EventsList.self, EventsTop.self, EventsCount.self, EventsBuckets.self,
            EventsExport.self, EventsTail.self, EventsShow.self, EventsGrep.self,
        ],
        defaultSubcommand: EventsList.self
    )
}
