// Who is at the other end of the connection that a request came over. It travels beside the
// request and not in it: no header can say it.

public import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// The other end of a mesh connection.
public enum MeshPeer {
    /// The certificate that the client of the request being answered proved; nil without one,
    /// or outside of a ``MeshServer``.
    public static var certificate: MeshCertificate? { connection?.certificate }

    @TaskLocal static var connection: MeshConnectionState?
}

/// What is known of one connection.
final class MeshConnectionState: Sendable {
    private let proved: Mutex<MeshCertificate?> = Mutex(nil)

    var certificate: MeshCertificate? { proved.withLock { $0 } }

    func prove(_ certificate: MeshCertificate) {
        proved.withLock { $0 = certificate }
    }

    private let answered = Atomic(false)

    /// Whether a request has come that has no whole answer yet.
    var isAnswered: Bool { answered.load(ordering: .relaxed) }

    func beginAnswer() { answered.store(true, ordering: .relaxed) }

    func endAnswer() { answered.store(false, ordering: .relaxed) }
}

/// The request context of a mesh service.
public struct MeshRequestContext: RequestContext {
    /// What Hummingbird keeps.
    public var coreContext: CoreRequestContextStorage
    /// The certificate that the client proved; nil without one.
    public let peerCertificate: MeshCertificate?

    /// Who asks; nil without a certificate.
    public var peer: MeshIdentity? { peerCertificate?.identity }

    private let channel: any Channel

    /// Takes the connection's peer.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peerCertificate = MeshPeer.certificate
        channel = source.channel
    }

    /// Closes the connection if some work takes longer than it may, such as to read a body that comes
    /// byte by byte; when the service is told to end, in a second.
    ///
    /// - Throws: `MeshError.timedOut` then, and what the work throws.
    public func within<Answer>(
        seconds: Double,
        _ work: () async throws -> Answer
    ) async throws -> Answer {
        let deadline = ConnectionDeadline(channel, seconds: seconds)
        defer { deadline.cancel() }
        do {
            let answer = try await withGracefulShutdownHandler(operation: work) {
                deadline.end(in: ConnectionDeadline.lastSeconds)
            }
            // A body that was cut off by the end of its connection looks like one that ended.
            if !deadline.isOver { return answer }
        } catch {
            if !deadline.isOver { throw error }
        }
        throw MeshError.timedOut
    }
}

/// Closes a connection at its time.
private final class ConnectionDeadline: Sendable {
    private struct State {
        var end: NIODeadline
        var scheduled: Scheduled<Void>?
        var isCancelled = false
    }

    private let channel: any Channel
    private let over = Atomic(false)
    private let state: Mutex<State>

    /// How long work may go on when the service is told to end.
    static var lastSeconds: Double { 1 }

    init(_ channel: any Channel, seconds: Double) {
        self.channel = channel
        state = Mutex(State(end: .distantFuture))
        end(in: seconds)
    }

    var isOver: Bool { over.load(ordering: .acquiring) }

    /// Sets the time, if it is earlier than the one that is set.
    func end(in seconds: Double) {
        let end = NIODeadline.now() + .nanoseconds(Int64(seconds * 1_000_000_000))
        state.withLock { state in
            guard !state.isCancelled, end < state.end else { return }
            state.scheduled?.cancel()
            state.end = end
            state.scheduled = channel.eventLoop.scheduleTask(deadline: end) { [self] in
                over.store(true, ordering: .releasing)
                channel.close(promise: nil)
            }
        }
    }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.scheduled?.cancel()
        }
    }
}
