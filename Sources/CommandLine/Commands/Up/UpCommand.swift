// A whole control plane with log and gateway on one machine, in one command: for a first look, for
// development, and for tests of what agents may do.

import ArgumentParser
import ClawgressBytes
import Foundation

/// `clawgress up`.
struct UpCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Runs a control plane, an audit log and a gateway on this machine.",
        discussion: """
            Examples:
              clawgress up
              clawgress up --detach --source ./my-source
              clawgress up --state ./state --listen 127.0.0.1:0

            All connections between them are mutual TLS. The first time, everything is made: \
            certificates, keys, an operator's token, the gateway's enrolment, the configuration. \
            Later it goes on where it was. Certificates and passphrases are kept in memory only, \
            so the state folder is of no use after the machine was restarted.

            What agents ask for goes to a log that can be verified with the log key: copy that \
            file to where this machine cannot change it.

            Started by root, the daemons run as nobody. One that dies is started again; see \
            clawgress status. All end on SIGTERM, SIGINT, clawgress down, or with this process.
            """
    )

    @OptionGroup var places: UpPlaceOptions

    @Option(
        help: ArgumentHelp(
            "The first configuration: a source folder, as of clawgress bundle.",
            valueName: "dir"
        )
    )
    var source: String?

    @Option(
        help: ArgumentHelp(
            "Where agents connect; as the last time, else 127.0.0.1:3128, else any port.",
            valueName: "host:port"
        )
    )
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "Where operators connect; as the last time, else 127.0.0.1:9443, else any port.",
            valueName: "host:port"
        )
    )
    var apiListen: String?

    @Flag(help: "Return when everything is ready, and let it run.")
    var detach = false

    func run(in context: CommandContext) throws {
        let places = self.places.places(in: context)
        if let status = try UpStatus.read(places.status) {
            throw CommandFailure(
                .conflict,
                "it is running already, as process \(status.pid): see clawgress status"
            )
        }
        if detach { return try runDetached(places, in: context) }
        try UpStatus.endOrphans(places.status)
        SignalWait.begin()
        let ports = try ports(before: UpAddresses.read(places.addresses))
        // Also while a daemon that died is not there again.
        defer { withExtendedLifetime(ports) {} }
        let setup = UpSetup(
            places: places,
            addresses: ports.addresses,
            lines: try firstConfiguration(in: context),
            context: context
        )
        var loop = try setup.prepare()
        do {
            try setup.perform(with: &loop)
        } catch {
            loop.end()
            throw error
        }
        UpSummary.show(setup.addresses, places, on: context.terminal)
        try loop.supervise()
    }

    /// Where everything will listen: as told, else as the last time.
    private func ports(before last: UpAddresses?) throws -> UpPorts {
        let usual = last ?? .usual
        return UpPorts(
            api: try Self.port(apiListen, usually: usual.api),
            policy: try Self.port(nil, usually: usual.policy),
            audit: try Self.port(nil, usually: usual.audit),
            proxy: try Self.port(listen, usually: usual.proxy),
            gateway: try Self.port(nil, usually: usual.gateway)
        )
    }

    private static func port(_ wanted: String?, usually usual: String) throws -> HeldPort {
        if let wanted { return try HeldPort(wanted) }
        do {
            return try HeldPort(usual)
        } catch {
            return try HeldPort("127.0.0.1:0")
        }
    }

    /// What is imported, as lines.
    private func firstConfiguration(in context: CommandContext) throws -> [String] {
        let runtime = try RuntimeFolder.open(environment: context.environment)
        let starter = "\(runtime.path)/starter.yaml"
        if source == nil { try WholeFile.replace(starter, with: Array(StarterSource.text.utf8)) }
        let loaded = try SnapshotFile.load(source ?? starter, now: context.now())
        if source == nil { try? FileManager.default.removeItem(atPath: starter) }
        context.terminal.warn(loaded.warnings)
        return SourceCommands.lines(for: loaded.snapshot)
    }

    /// Starts this command again without a terminal, and waits until it is ready.
    private func runDetached(_ places: UpPlaces, in context: CommandContext) throws {
        var arguments = [try UpPrograms.own(), "up", "--state", places.state]
        if let source { arguments += ["--source", Self.absolute(source)] }
        if let listen { arguments += ["--listen", listen] }
        if let apiListen { arguments += ["--api-listen", apiListen] }
        _ = try RuntimeFolder.open(environment: context.environment)
        let log = places.detachedLog
        try? FileManager.default.removeItem(atPath: log)
        let child = try ChildProcess.start(
            arguments,
            environment: context.environment,
            log: log,
            newSession: true
        )
        while true {
            if let status = try UpStatus.read(places.status), status.isReady {
                return UpSummary.show(status.addresses, places, on: context.terminal)
            }
            if child.end() != nil {
                let said = (try? Data(contentsOf: URL(fileURLWithPath: log))) ?? Data()
                throw CommandFailure(
                    .unavailable,
                    String(decoding: said, as: UTF8.self).replacing("clawgress: ", with: "")
                )
            }
            _ = SignalWait.next(within: 20)
        }
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}

/// What a person wants to know once everything runs.
enum UpSummary {
    static func show(_ addresses: UpAddresses, _ places: UpPlaces, on terminal: Terminal) {
        terminal.line(
            """
            everything is up:
              proxy      http://\(addresses.proxy)
              admin API  https://\(addresses.api)
              gateway    http://\(addresses.gateway)/status
              state      \(places.state)
              logs       \(places.logs)
              token      \(places.token)
              log        \(places.log)
              log key    \(places.logKey)
            you are logged in as admin, with that token; next:
              clawgress agent-key create crawler --commit
              clawgress set quota crawler rps-limit 5
              clawgress compare
              clawgress configure
              clawgress commit
            what was asked for, and what became of it, is in the log:
              clawgress audit verify \(TerminalText.shellWord(places.log)) \
            --log-key \(TerminalText.shellWord(places.logKey))
            """
        )
    }
}
