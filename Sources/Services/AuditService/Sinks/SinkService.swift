// All sinks of the daemon, and the signal that makes them look again.

import ClawgressBytes
import ClawgressDaemon
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs the sinks while the daemon runs.
struct SinkService: Service {
    let sinks: [Sink]
    private let threads: SinkThreads
    private let logger: Logger

    /// Prepares the sinks.
    ///
    /// - Throws: `StartRefusal`, if a file that one needs cannot be read.
    init(_ settings: [SinkSettings], log: AuditLog, logger: Logger) throws {
        do throws(FileError) {
            try Folder.create(log.places.sinks)
        } catch {
            throw StartRefusal("the cursors' folder cannot be made: \(error)")
        }
        let threads = SinkThreads(count: max(1, settings.count))
        sinks = try settings.map { settings in
            let outlet: any SinkOutlet =
                switch settings.target {
                case .syslog(let syslog): try SyslogOutlet(syslog, format: settings.format)
                case .journald(let journald): JournaldOutlet(journald, threads: threads)
                case .file(let file):
                    SinkFileOutlet(file, format: settings.format, threads: threads)
                case .webhook(let webhook):
                    try WebhookOutlet(
                        webhook,
                        format: settings.format,
                        sink: settings.name,
                        log: log.name
                    )
                }
            return Sink(settings, log: log, outlet: outlet, threads: threads, logger: logger)
        }
        self.threads = threads
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for sink in sinks { group.addTask { await sink.run() } }
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) {
                        logger.notice("every sink looks again")
                        for sink in sinks { sink.wake() }
                    }
                }
                await group.waitForAll()
            }
        }
        await threads.stop()
    }
}
