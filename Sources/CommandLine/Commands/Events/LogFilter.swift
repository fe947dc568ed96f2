// Which records of the log are wanted: the options of the commands that ask the control plane. What a
// value may be is the audit service's matter, which names the one that it refuses.

import ArgumentParser
import ClawgressConfigTree

/// The filters of Documentation/audit-query.md but for the time.
struct LogFilter: ParsableArguments {
    @Option(help: ArgumentHelp("Only this agent's.", valueName: "agent"))
    var agent: String?

    @Option(help: ArgumentHelp("Only this team's.", valueName: "team"))
    var team: String?

    @Option(help: ArgumentHelp("Only of this project.", valueName: "project"))
    var project: String?

    @Option(help: ArgumentHelp("Only in this environment.", valueName: "environment"))
    var environment: String?

    @Option(help: ArgumentHelp("Only allow, deny or rate_limit.", valueName: "word"))
    var decision: String?

    @Option(help: ArgumentHelp("Only decided by this policy.", valueName: "policy"))
    var policy: String?

    @Option(help: ArgumentHelp("Only with this reason code.", valueName: "word"))
    var reason: String?

    @Option(help: ArgumentHelp("Only to this host.", valueName: "name"))
    var host: String?

    @Option(help: ArgumentHelp("Only to hosts below this one.", valueName: "name"))
    var hostSuffix: String?

    @Option(help: ArgumentHelp("Only answered so: 403, or 4xx.", valueName: "status"))
    var status: String?

    @Option(
        help: ArgumentHelp("Only this request, or administrative event.", valueName: "id")
    )
    var requestID: String?

    @Option(help: ArgumentHelp("Only of this gateway, or of admin-api.", valueName: "gateway"))
    var gateway: String?

    @Option(
        help: ArgumentHelp("Only request, admin, gap, heartbeat or other.", valueName: "word")
    )
    var kind: String?

    func validate() throws {
        if host != nil, hostSuffix != nil {
            throw ValidationError("--host and --host-suffix exclude each other")
        }
        if host?.hasPrefix("*.") == true {
            throw ValidationError("for all hosts below one, write --host-suffix example.com")
        }
    }

    /// The parameters of a question.
    var query: [(name: String, value: String?)] {
        [
            ("agent", agent), ("team", team), ("project", project), ("environment", environment),
            ("decision", decision), ("policy", policy), ("reason", reason), ("host", host),
            ("host_suffix", hostSuffix), ("status", status), ("request_id", requestID),
            ("gateway", gateway), ("kind", kind),
        ]
    }
}

/// From when to when.
struct LogTimes: ParsableArguments {
    @Option(
        help: ArgumentHelp("Only since then: 1h ago, or 2026-01-31T08:00:00Z.", valueName: "time")
    )
    var since: String?

    @Option(
        help: ArgumentHelp("Only before then: 1h ago, or 2026-01-31T08:00:00Z.", valueName: "time")
    )
    var until: String?

    func validate() throws {
        for text in [since, until] {
            guard let text, LifeSpan(argument: text) == nil, !text.contains("T") else { continue }
            throw ValidationError("`\(text)` is no time; write 1h or 2026-01-31T08:00:00Z")
        }
    }

    /// The parameters of a question.
    ///
    /// - Parameter now: seconds since 1970 UTC.
    func query(now: Int64) -> [(name: String, value: String?)] {
        [("since", Self.time(since, now)), ("until", Self.time(until, now))]
    }

    /// A span is so long ago; anything else is for the service to read.
    static func time(_ text: String?, _ now: Int64) -> String? {
        guard let text, let span = LifeSpan(argument: text) else { return text }
        return Moment.text(max(0, now - span.seconds))
    }
}
