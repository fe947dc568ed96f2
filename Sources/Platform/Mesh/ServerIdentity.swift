// The TLS library takes a certificate that has the connected address although another name was
// asked for. Two services on one machine could then stand in for each other, so the identity is
// looked at once more, before anything is sent.

import NIOCore
import NIOSSL

/// What a client demands of a server beyond TLS.
enum ServerIdentity {
    /// Refuses a connection whose server is not the service that stands for `name`.
    ///
    /// Names outside of the services' zone are those that people use: for them TLS is enough.
    static func check(_ channel: any Channel, _ name: String) -> EventLoopFuture<Void> {
        guard name.hasSuffix(MeshIdentity.zone) else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        let verdict = channel.nioSSL_peerCertificate().flatMapThrowing { shown -> Void in
            guard let shown, try MeshCertificate(shown).identity.dnsName == name else {
                throw MeshError.untrusted("the server is not `\(name)`")
            }
        }
        verdict.whenFailure { _ in channel.close(promise: nil) }
        return verdict
    }
}
