// Everything that sealing, opening and the passphrase for it can end with, in one list: the same
// few sentences reach a person from the command line and an operator from a daemon's log.

public import ClawgressBytes

/// Why something could not be sealed or opened.
public enum SealingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The passphrase is too short or too long.
    case passphraseLength
    /// A credential's file could not be read.
    case credentialFile(FileError)
    /// Others than its owner may read a credential's file.
    case credentialExposed(path: String)
    /// The file is not sealed.
    case notSealed
    /// The file is of another format, cipher or derivation than ours.
    case formatUnknown(String)
    /// The derivation would take more memory or time than any file of ours.
    case parametersRefused
    /// The passphrase is not the one, or the file was changed: the two cannot be told apart.
    case passphraseWrong
    /// The file opened, but what is in it is not the key that it should be.
    case keyMalformed
    /// The cryptographic library refused the operation.
    case operationFailed

    /// One line.
    public var description: String {
        switch self {
        case .passphraseLength:
            "a passphrase must have \(Passphrase.lengths.lowerBound) to "
                + "\(Passphrase.lengths.upperBound) bytes"
        case .credentialFile(let error): error.description
        case .credentialExposed(let path):
            "`\(path)` holds a passphrase and others than its owner may read it: "
                + "`chmod 600` it, or let systemd's LoadCredential= hand it over"
        case .notSealed: "the file is no sealed key"
        case .formatUnknown(let name):
            "the sealed key uses `\(name)`, which this version does not know"
        case .parametersRefused: "the sealed key asks for more memory or time than is allowed"
        case .passphraseWrong: "the passphrase is wrong, or the sealed key was changed"
        case .keyMalformed: "the sealed key holds no private key of the expected kind"
        case .operationFailed: "the key could not be sealed"
        }
    }
}
