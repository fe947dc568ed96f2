// Exit codes for what goes wrong with certificates.

import ClawgressBytes
import ClawgressMesh
import ClawgressMeshSigning
import ClawgressSealing

extension CommandFailure {
    /// The failure of an operation on certificates; nil for errors of other kinds.
    init?(mesh error: any Error) {
        switch error {
        case MeshError.file(let cause), MeshSigningError.file(let cause),
            MeshSigningError.mesh(.file(let cause)):
            self.init(cause)
        case MeshError.sealing(.passphraseWrong, _), MeshSigningError.sealing(.passphraseWrong, _):
            self.init(.noPermission, "\(error)")
        case MeshSigningError.authorityExists: self.init(.cannotCreate, "\(error)")
        case let error as MeshError: self.init(.data, error.description)
        case let error as MeshSigningError: self.init(.data, error.description)
        default: return nil
        }
    }
}
