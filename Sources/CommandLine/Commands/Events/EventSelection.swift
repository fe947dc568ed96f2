// Which events of which spool: the options that the commands share.

import ArgumentParser
import ClawgressAudit
import ClawgressBundleSigning
import ClawgressModel

/// Where the events are, and in which form they are wanted.
struct SpoolOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The spool folder of a gateway or of the admin API.", valueName: "dir")
    )
    var spool = "/var/lib/clawgress/gateway/spool"

    @Flag(help: "Print JSON lines, also on a terminal.")
    var json = false

    /// A reader from the beginning of the spool.
    func reader() -> SpoolReader {
        SpoolReader(folder: spool)
    }

    /// Whether people read the output.
    func isPretty(_ terminal: Terminal) -> Bool {
        terminal.isInteractive && !json
    }
}

/// Which events are wanted.
struct EventFilter: ParsableArguments {
    @Option(help: ArgumentHelp("Only this agent's.", valueName: "agent"))
    var agent: String?

    @Option(help: ArgumentHelp("Only allow, deny or rate_limit.", valueName: "word"))
    var decision: String?

    @Option(help: ArgumentHelp("Only with this reason code.", valueName: "word"))
    var reason: String?

    @Option(
        help: ArgumentHelp("Only to this host; *.example.com for all below it.", valueName: "name")
    )
    var host: String?

    @Option(help: ArgumentHelp("Only administrative events of this user.", valueName: "name"))
    var actor: String?

    @Option(
        help: ArgumentHelp("Only administrative events of this action.", valueName: "word")
    )
    var action: String?

    @Option(help: ArgumentHelp("Only since then: 1h, or 2026-01-31T08:00:00Z.", valueName: "time"))
    var since: String?

    func validate() throws {
        let decisions = Decision.allCases.map(\.name.description)
        if let decision, !decisions.contains(decision) {
            throw ValidationError("--decision is \(decisions.joined(separator: ", "))")
        }
        if let reason, Reason(name: reason) == nil {
            throw ValidationError("`\(reason)` is no reason code")
        }
        if let action, AdminAction(name: action) == nil {
            let known = AdminAction.allCases.map(\.name.description)
            throw ValidationError(
                "`\(action)` is no action; they are \(known.joined(separator: ", "))"
            )
        }
        if isOfRequests, isOfAdmins {
            throw ValidationError(
                "--actor and --action select administrative events, which have no agent, decision "
                    + "or host and no reason of a request"
            )
        }
        if let since, LifeSpan(argument: since) == nil, Timestamp.seconds(since) == nil {
            throw ValidationError("`\(since)` is no time; write 1h or 2026-01-31T08:00:00Z")
        }
    }

    /// The test of one record.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    func predicate(now: Int64) -> (AuditRecord) -> Bool {
        let earliest = earliestMicroseconds(now: now)
        return { record in
            guard record.timestamp >= earliest else { return false }
            switch record {
            case .event(let event): return !isOfAdmins && matches(event)
            case .admin(let record): return !isOfRequests && matches(record.event)
            case .heartbeat: return !isOfRequests && !isOfAdmins
            // What is missing might have matched, so a gap always belongs to the answer.
            case .gap: return true
            }
        }
    }

    /// Whether something is asked that only requests have.
    private var isOfRequests: Bool {
        agent != nil || decision != nil || reason != nil || host != nil
    }

    /// Whether something is asked that only administrative events have.
    private var isOfAdmins: Bool { actor != nil || action != nil }

    private func matches(_ event: AdminEvent) -> Bool {
        if let actor, event.actor.name != actor { return false }
        guard let action else { return true }
        return event.action.name.description == action
    }

    private func matches(_ event: AuditEvent) -> Bool {
        if let agent, event.agentID != agent { return false }
        if let decision, event.decision.name.description != decision { return false }
        if let reason, event.reason.name.description != reason { return false }
        guard let host else { return true }
        guard let destination = event.destinationHost else { return false }
        return host.hasPrefix("*.")
            ? destination.hasSuffix(host.dropFirst().lowercased())
            : destination == host.lowercased()
    }

    private func earliestMicroseconds(now: Int64) -> Int64 {
        guard let since else { return .min }
        let seconds =
            LifeSpan(argument: since).map { now - $0.seconds }
            ?? Timestamp.seconds(since) ?? 0
        return seconds * 1_000_000
    }
}
