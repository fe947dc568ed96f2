// Certificates for gateways that are enrolled. The authority is opened for each of them and not
// kept open, nor is its passphrase kept: enrolment is rare, whoever sees this process' memory must
// not get the authority, and a rotated one is used from the next enrolment on.

import ClawgressContract
import ClawgressMesh
import ClawgressMeshSigning
public import ClawgressSealing

/// The mesh's certificate authority, as the policy service uses it.
public struct EnrolmentIssuer: Sendable {
    private let folder: String
    private let passphrase: @Sendable () throws(SealingError) -> Passphrase

    /// A certificate that was made.
    struct Issued: Sendable {
        let pem: String
        let authorities: String
        let digest: String
        let notAfter: Int64
    }

    /// Names an authority's folder, as `clawgress pki init` makes it.
    ///
    /// - Parameter passphrase: reads its passphrase; asked for each certificate.
    public init(
        folder: String,
        passphrase: @escaping @Sendable () throws(SealingError) -> Passphrase
    ) {
        self.folder = folder
        self.passphrase = passphrase
    }

    /// Makes a certificate for a gateway.
    ///
    /// - Throws: `Problem`: `certificate_request_refused`.
    func issue(
        _ request: String,
        to identity: MeshIdentity,
        days: Int,
        now: Int64
    ) async throws(Problem) -> Issued {
        do {
            let authority = try AuthorityFolder(folder, passphrase: try passphrase())
            let pem = try authority.issue(request, to: identity, days: days, now: now)
            let own = try MeshAuthorities(pem: Array(pem.utf8), path: "the certificate")
            let certificate = try MeshCertificate(der: own.certificates[0])
            return Issued(
                pem: pem,
                authorities: authority.authoritiesPEM,
                digest: certificate.digest,
                notAfter: certificate.notAfter
            )
        } catch {
            throw .requestRefused("\(error)")
        }
    }
}
