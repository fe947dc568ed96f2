// How commands fail: one line that says what to do, and an exit code that scripts can rely on.

import ClawgressAudit
import ClawgressBundle
import ClawgressBundleSigning
import ClawgressBytes
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressLogVerification
import ClawgressSealing
import ClawgressSnapshotCheck
import Glibc

/// The end of a command that did not do what it was asked.
struct CommandFailure: Error, Equatable {
    /// Exit codes: 1 for a plain "no", 20 to 37 for logs, the rest as in sysexits.h.
    enum Code: Int32 {
        case no = 1
        case usage = 64
        case data = 65
        case noInput = 66
        case unavailable = 69
        case software = 70
        case cannotCreate = 73
        case inputOutput = 74
        case conflict = 75
        case noPermission = 77
        // What is wrong with a log, or with a proof.
        case logEdited = 20
        case logRemoved = 21
        case logAdded = 22
        case logReordered = 23
        case logShorter = 24
        case logRewritten = 25
        case logTileDamaged = 26
        case logNoCheckpoint = 27
        case logWrongKey = 28
        case logCheckpointRefused = 29
        case logRolledBack = 30
        case logForked = 31
        case logStale = 32
        case recordsMissing = 33
        case recordRepeated = 34
        case recordRefused = 35
        case recordsLost = 36
        case proofRefused = 37
        case witnessesMissing = 38
        case witnessedOther = 39
        case retentionRefused = 40
        case notExecutable = 126
        case notFound = 127
    }

    let code: Code
    /// One problem a line; empty if the answer was printed already.
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Gives each error of the libraries its exit code.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as FileError: self.init(error)
        case let error as LogFailure: self.init(error)
        case SourceError.file(let error): self.init(error)
        case let error as SourceError: self.init(.data, error.description)
        case let error as SnapshotRefusal: self.init(.data, error.description)
        case SpoolError.file(let error): self.init(error)
        case let error as BundleRejection: self.init(.data, error.description)
        case let error as BundleSigningError: self.init(.data, error.description)
        case let error as KeyFileError: self.init(.data, error.description)
        case SealingError.credentialFile(let error): self.init(error)
        case SealingError.passphraseWrong, SealingError.credentialExposed:
            self.init(.noPermission, "\(error)")
        case let error as SealingError: self.init(.data, error.description)
        case let error as SigningError: self.init(.data, "the key is refused (`\(error.code)`)")
        case let error as JWSError: self.init(.data, "the key is refused (`\(error.code)`)")
        default: self = CommandFailure(mesh: error) ?? CommandFailure(.software, "\(error)")
        }
    }

    init(_ error: FileError) {
        switch error.code {
        case ENOENT, ENOTDIR, EISDIR: self.init(.noInput, error.description)
        case EACCES, EPERM: self.init(.noPermission, error.description)
        default: self.init(.inputOutput, error.description)
        }
    }
}
