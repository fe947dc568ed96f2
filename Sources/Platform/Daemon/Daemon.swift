// The one skeleton of all daemons: options, configuration, logging, signals, readiness. A
// daemon's own file says what it serves and nothing else, so all of them behave alike.

public import ArgumentParser
import CLinux
public import Logging
public import ServiceLifecycle
import UnixSignals

/// A long-running process of the product.
///
/// Conforming types give their configuration and their services; everything else is here:
/// reading and checking the configuration file, refusing to run as root, logging to standard
/// error, graceful shutdown on SIGTERM and SIGINT, and telling the service manager.
public protocol Daemon: AsyncParsableCommand {
    /// The daemon's configuration file, decoded.
    associatedtype Configuration: DaemonConfiguration

    /// The options that every daemon has.
    var options: DaemonOptions { get }

    /// Makes what the daemon runs; all services are started together and stopped in reverse.
    ///
    /// - Throws: whatever keeps the daemon from starting, with a sentence for the operator.
    static func services(
        configuration: Configuration,
        logger: Logger
    ) async throws -> [any Service]
}

/// What a daemon reads at start.
public protocol DaemonConfiguration: Decodable, Sendable {
    /// Whether the operator insists on running as root.
    var allowRoot: Bool { get }
    /// The least severe level that is logged.
    var logLevel: Logger.Level { get }
    /// Problems that the format alone does not show, one sentence each.
    func problems() -> [String]
}

/// The options that every daemon has.
public struct DaemonOptions: ParsableArguments {
    /// The configuration file.
    @Option(name: .long, help: ArgumentHelp("The configuration file.", valueName: "file"))
    public var config: String

    /// Whether to stop after checking.
    @Flag(name: .long, help: "Check the configuration file, say what is wrong with it, and stop.")
    public var checkConfig = false

    /// Needed by the argument parser.
    public init() {}
}

extension Daemon {
    /// Runs the daemon until it is told to stop.
    public mutating func run() async throws {
        let file = options.config
        let configuration = try ConfigurationFile.read(Configuration.self, from: file)
        if options.checkConfig { return }
        guard geteuid() != 0 || configuration.allowRoot else {
            throw StartRefusal(
                "refusing to run as root; start it as an unprivileged user, or set `allow_root: true` in `\(file)`"
            )
        }
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: Self._commandName)
        logger.logLevel = configuration.logLevel
        let services = try await Self.services(configuration: configuration, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: $0,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup
                    )
                },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
        logger.notice("stopped")
    }
}

/// Why a daemon does not start: one line with what to do.
public struct StartRefusal: Error, CustomStringConvertible {
    /// The line.
    public let description: String

    /// Makes a refusal from one line.
    public init(_ description: String) {
        self.description = description
    }
}

/// Messages to the service manager (systemd's notification protocol).
public enum ServiceManager {
    /// Says that the daemon serves now.
    public static func ready() {
        // unsafe: the call copies the text before it returns.
        _ = unsafe cl_service_notify("READY=1")
    }

    /// Says that the daemon finishes what it has and ends.
    public static func stopping() {
        // unsafe: the call copies the text before it returns.
        _ = unsafe cl_service_notify("STOPPING=1")
    }
}
