// How a control plane on this machine is, and its end.

import ArgumentParser
import Foundation
import Glibc

/// The option of every command about a control plane on this machine.
struct UpPlaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder for what lasts; /var/lib/clawgress/up for root, else of the user.",
            valueName: "dir"
        )
    )
    var state: String?

    func places(in context: CommandContext) -> UpPlaces {
        UpPlaces(state: state, environment: context.environment)
    }
}

/// `clawgress status`.
struct StatusCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows what clawgress up runs on this machine.",
        discussion: """
            Examples:
              clawgress status
              clawgress status --json | jq -r .addresses.proxy

            Also how many records the log's newest checkpoint covers, how old it is, and how far \
            behind the gateway is in sending its records there.

            Exit code 0 if all daemons are ready, 1 if not.
            """
    )

    @OptionGroup var places: UpPlaceOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run(in context: CommandContext) throws {
        let places = self.places.places(in: context)
        guard var status = try UpStatus.read(places.status) else {
            throw CommandFailure(.no, "nothing is running with the state in \(places.state)")
        }
        status.audit = UpLogView.look(at: places, gateway: status.addresses.gateway)
        if json {
            context.terminal.write(.output, try status.text)
        } else {
            Self.show(status, on: context.terminal)
        }
        let isWell = status.isReady && status.daemons.allSatisfy { $0.state == "ready" }
        if !isWell { throw CommandFailure(.no, "") }
    }

    private static func show(_ status: UpStatus, on terminal: Terminal) {
        var table = TextTable("DAEMON", "STATE", "PROCESS", "RESTARTS", "LAST END")
        table.add("clawgress up", status.isReady ? "ready" : "starting", "\(status.pid)", "", "")
        for each in status.daemons {
            table.add(
                each.name,
                each.state,
                each.pid.map { String($0) } ?? "-",
                String(each.restarts),
                each.lastEnd ?? ""
            )
        }
        for line in table.lines + (status.audit?.lines ?? []) { terminal.line(line) }
    }
}

/// `clawgress down`.
struct DownCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Ends what clawgress up started on this machine.",
        discussion: """
            Examples:
              clawgress down
              clawgress down --remove

            Without --remove, clawgress up goes on later where this ended, as long as the machine \
            is not restarted: the credentials are in memory only.
            """
    )

    @OptionGroup var places: UpPlaceOptions

    @Flag(help: "Also remove the state folder, the credentials and the kept login.")
    var remove = false

    func run(in context: CommandContext) throws {
        let places = self.places.places(in: context)
        if let status = try UpStatus.read(places.status) {
            try end(status, in: places)
            context.terminal.note("ended")
        } else {
            try UpStatus.endOrphans(places.status)
            context.terminal.note("nothing is running with the state in \(places.state)")
        }
        if remove { try removeAll(places, in: context) }
    }

    private func end(_ status: UpStatus, in places: UpPlaces) throws {
        _ = kill(status.pid, SIGTERM)
        // Each of the daemons has 20 s, then it is killed.
        let deadline = MonotonicClock.milliseconds() + 95_000
        while UpStatus.beginning(of: status.pid) == status.began {
            guard MonotonicClock.milliseconds() < deadline else {
                throw CommandFailure(
                    .unavailable,
                    "process \(status.pid) has not ended within 95 s: see clawgress status; "
                        + "when it is killed, its daemons end as well"
                )
            }
            _ = SignalWait.next(within: 20)
        }
    }

    private func removeAll(_ places: UpPlaces, in context: CommandContext) throws {
        // Only what `up` made is removed, never a folder that happened to have this name.
        let isOurs = FileManager.default.fileExists(atPath: places.mark)
        let kept = try ContextFile.read(environment: context.environment)
        for path in [places.runtime, places.detachedLog] + (isOurs ? [places.state] : []) {
            guard FileManager.default.fileExists(atPath: path) else { continue }
            do {
                try FileManager.default.removeItem(atPath: path)
            } catch {
                throw CommandFailure(.inputOutput, "cannot remove `\(path)`: \(error)")
            }
        }
        if let kept, kept.state == places.state {
            try ContextFile.remove(environment: context.environment)
        }
        context.terminal.note("removed what it had kept")
    }
}
