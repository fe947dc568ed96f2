// Names to addresses, on a thread of its own: a slow name server may cost the request that
// asked, never the worker that carries a thousand others.

import CAres
import CLinux
public import ClawgressModel
import Synchronization

/// Why a name has no addresses.
public enum ResolutionFailure: UInt8, Error, Sendable {
    /// The name does not exist, or has no address.
    case notFound
    /// The name servers refused, failed or answered nonsense.
    case failed
    /// No name server answered in time.
    case timedOut
    /// Too many resolutions are waiting.
    case overloaded
}

/// The answer to one question.
public struct Resolution: Sendable {
    /// The name asked for, as given.
    public let host: [UInt8]
    /// The addresses in the order to try them, and for how many seconds they may be kept.
    public let result: Result<(addresses: [IPAddress], timeToLive: UInt32), ResolutionFailure>
}

/// How names are resolved.
public struct ResolverOptions: Sendable, Equatable {
    /// `address:port` of the name servers; empty for the system's, with its hosts file.
    public var servers: [String]
    /// Milliseconds that one name server gets before the next try.
    public var tryMilliseconds: Int32
    /// How often the list of servers is tried.
    public var tries: Int32
    /// The greatest number of questions waiting or under way.
    public var questionsMax: Int

    /// Describes a way to resolve.
    public init(
        servers: [String] = [],
        tryMilliseconds: Int32 = 1_500,
        tries: Int32 = 3,
        questionsMax: Int = 4_096
    ) {
        self.servers = servers
        self.tryMilliseconds = tryMilliseconds
        self.tries = tries
        self.questionsMax = questionsMax
    }
}

/// A resolver with its own thread (c-ares underneath, because it reports TTLs).
public final class Resolver: Sendable {
    /// What the thread is told.
    enum Order: Sendable {
        case ask(Question)
        /// A channel waits to be taken over.
        case change
    }

    struct Question: Sendable {
        let host: [UInt8]
        let answer: @Sendable (Resolution) -> Void
    }

    private let orders: Mailbox<Order>
    /// The channel to use from now on, until the thread takes it.
    private let next = Mutex<ResolverChannel?>(nil)

    /// Starts the thread.
    ///
    /// - Throws: a sentence about what the system or the list of servers refused.
    public init(options: ResolverOptions) throws(ResolverError) {
        guard let orders = Mailbox<Order>(bound: options.questionsMax) else {
            throw ResolverError(problem: "no descriptor left for the resolver")
        }
        self.orders = orders
        let channel = try ResolverChannel.open(options)
        let started = LoopThread.start(name: "resolver") { [self] in
            ResolverLoop(channel: channel, questionsMax: options.questionsMax).run(orders) {
                next.withLock { $0.take() }
            }
        }
        guard started else { throw ResolverError(problem: "no thread left for the resolver") }
    }

    /// Asks for the addresses of `host`.
    ///
    /// - Parameters:
    ///   - host: a canonical name; never an address.
    ///   - answer: called once, on the resolver's thread; it must not block.
    public func resolve(_ host: [UInt8], answer: @escaping @Sendable (Resolution) -> Void) {
        if !orders.post(.ask(Question(host: host, answer: answer))) {
            answer(Resolution(host: host, result: .failure(.overloaded)))
        }
    }

    /// Asks in another way from now on; what is under way is asked again in that way.
    ///
    /// - Throws: a sentence about what was refused; all stays as it was then.
    public func use(_ options: ResolverOptions) throws(ResolverError) {
        let channel = try ResolverChannel.open(options)
        let passedOver = next.withLock { waiting in
            let passedOver = waiting
            waiting = channel
            return passedOver
        }
        passedOver?.destroy()
        // Where there is no room for one more order, the thread is busy and looks on its next turn.
        orders.post(.change)
    }
}

/// Why a resolver cannot run.
public struct ResolverError: Error, Sendable, CustomStringConvertible {
    /// One line about what was refused.
    public let problem: String
    /// The same line.
    public var description: String { problem }
}
