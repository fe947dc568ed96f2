// The resolver, and how it asks: as the newest configuration says, and where that says nothing as
// the gateway's own file does.

import ClawgressModel
import ClawgressReactor
import Logging

/// Changes how names are resolved when the configuration does.
///
/// Lives on one thread.
final class ResolverKeeper {
    private let resolver: Resolver
    private let localServers: [String]
    private let logger: Logger
    /// How it asks now.
    private var options: ResolverOptions

    /// - Parameter localServers: the name servers of the gateway's own file, with which the
    ///   resolver was started.
    init(_ resolver: Resolver, localServers: [String], logger: Logger) {
        self.resolver = resolver
        self.localServers = localServers
        self.logger = logger
        options = ResolverOptions(servers: localServers)
    }

    /// Resolves names by these settings from now on.
    ///
    /// What the system refuses, for want of memory or descriptors, is said, and the resolver stays
    /// as it is until the next configuration.
    func use(_ settings: ResolverSettings) {
        var next = ResolverOptions(
            servers: settings.servers.compactMap { NameServer($0)?.withPort },
            tryMilliseconds: Int32(settings.tryMilliseconds),
            tries: Int32(settings.tries)
        )
        if next.servers.isEmpty { next.servers = localServers }
        guard next != options else { return }
        do throws(ResolverError) {
            try resolver.use(next)
        } catch {
            logger.error("the resolver cannot be changed", metadata: ["problem": "\(error)"])
            return
        }
        options = next
        logger.notice(
            "resolver changed",
            metadata: [
                "resolver.servers": "\(next.servers.joined(separator: " "))",
                "resolver.try_ms": "\(next.tryMilliseconds)", "resolver.tries": "\(next.tries)",
            ]
        )
    }
}
