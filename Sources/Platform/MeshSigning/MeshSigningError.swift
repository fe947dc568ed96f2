// Why a certificate was not made, in the words of whoever keeps the authority.

public import ClawgressBytes
public import ClawgressMesh
public import ClawgressSealing

/// The end of an operation on the authority that did not do what it was asked.
public enum MeshSigningError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file could not be read or written.
    case file(FileError)
    /// The authority's key could not be opened or sealed.
    case sealing(SealingError, path: String)
    /// A certificate of the folder is not usable.
    case mesh(MeshError)
    /// There is an authority already.
    case authorityExists(path: String)
    /// A rotation is under way, and a third authority would be one too many.
    case rotationUnderWay
    /// No rotation is under way.
    case rotationMissing
    /// The request is no PKCS #10 request, or its signature is not its key's.
    case requestMalformed
    /// The request's key is none of P-256.
    case keyKind
    /// The request names somebody else than it was made for.
    case identityMismatch(MeshIdentity)
    /// A further name is none, or belongs to another service.
    case nameRefused(String)
    /// The life is not between a day and ten years.
    case lifeRefused(days: Int)
    /// The certificate would outlive the authority.
    case outlivesAuthority
    /// The cryptographic library refused the operation.
    case operationFailed

    /// One line with the way out.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .sealing(let error, let path): "`\(path)`: \(error)"
        case .mesh(let error): error.description
        case .authorityExists(let path):
            "`\(path)` has an authority already; rotate it with `clawgress pki rotate`"
        case .rotationUnderWay:
            "two authorities are believed already: end that rotation first with "
                + "`clawgress pki rotate --finish`"
        case .rotationMissing: "no rotation is under way: there is one authority"
        case .requestMalformed: "the certificate request is malformed or not signed by its key"
        case .keyKind: "the certificate request's key is none of P-256"
        case .identityMismatch(let identity):
            "the certificate request is not for `\(identity)`"
        case .nameRefused(let name):
            "`\(name)` is no name or address that a certificate may carry; names ending in "
                + "`\(MeshIdentity.zone)` belong to the services"
        case .lifeRefused(let days):
            "a certificate cannot live \(days) days; 1 to \(CertificateAuthority.daysMax) are "
                + "allowed"
        case .outlivesAuthority:
            "the certificate would outlive the authority: choose fewer days, or rotate the "
                + "authority with `clawgress pki rotate`"
        case .operationFailed: "the certificate could not be made"
        }
    }
}
