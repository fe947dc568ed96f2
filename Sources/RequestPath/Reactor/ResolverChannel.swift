// The c-ares channel: set up once, with every option that matters for a gateway spelled.

import CAres
import CLinux

/// An open c-ares channel, handed once to the resolver's thread, which closes it.
struct ResolverChannel: @unchecked Sendable {
    // @unchecked: the pointer moves to one thread at start and stays there.
    let pointer: ares_channel

    /// Opens a channel.
    ///
    /// Names are absolute: search domains of the host would let an agent ask for a name other
    /// than the one that policy saw.
    static func open(_ options: ResolverOptions) throws(ResolverError) -> ResolverChannel {
        guard ares_library_init(ARES_LIB_INIT_ALL) == cares_success else {
            throw ResolverError(problem: "c-ares does not start")
        }
        var settings = ares_options()
        settings.flags = ARES_FLAG_NOSEARCH
        settings.timeout = options.tryMilliseconds
        settings.tries = options.tries
        var mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES
        let order = strdup(options.servers.isEmpty ? "fb" : "b")
        defer { free(order) }
        settings.lookups = order
        mask |= ARES_OPT_LOOKUPS
        var made: ares_channel?
        guard ares_init_options(&made, &settings, mask) == cares_success, let made else {
            throw ResolverError(problem: "c-ares refuses its options")
        }
        if !options.servers.isEmpty {
            let list = options.servers.joined(separator: ",")
            guard ares_set_servers_ports_csv(made, list) == cares_success else {
                ares_destroy(made)
                throw ResolverError(
                    problem: "no usable name server in `\(list)`; write `192.0.2.53:53`"
                )
            }
        }
        return ResolverChannel(pointer: made)
    }

    /// Closes the channel; what is under way on it ends with `ARES_EDESTRUCTION`.
    func destroy() { ares_destroy(pointer) }
}
