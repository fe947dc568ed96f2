// Who is at the other end of the connection that a request came over. It travels beside the
// request and not in it: no header can say it.

public import Hummingbird
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
}

/// The request context of a mesh service.
public struct MeshRequestContext: RequestContext {
    /// What Hummingbird keeps.
    public var coreContext: CoreRequestContextStorage
    /// The certificate that the client proved; nil without one.
    public let peerCertificate: MeshCertificate?

    /// Who asks; nil without a certificate.
    public var peer: MeshIdentity? { peerCertificate?.identity }

    /// Takes the connection's peer.
    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peerCertificate = MeshPeer.certificate
    }
}
