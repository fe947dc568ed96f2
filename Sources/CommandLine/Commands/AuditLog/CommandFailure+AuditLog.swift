// Exit codes of the log's findings, one for each kind, so that a script can tell them apart.

import ClawgressLogVerification

extension CommandFailure {
    /// Gives a log's failure its exit code.
    init(_ failure: LogFailure) {
        switch failure {
        case .unreadable(let error): self.init(error)
        case .found(let finding): self.init(Code(finding), finding.description)
        }
    }
}

extension CommandFailure.Code {
    /// The exit code for a finding.
    init(_ finding: LogFinding) {
        self =
            switch finding {
            case .edited: .logEdited
            case .removed: .logRemoved
            case .added: .logAdded
            case .reordered: .logReordered
            case .shorter: .logShorter
            case .rewritten: .logRewritten
            case .tile: .logTileDamaged
            case .noCheckpoint: .logNoCheckpoint
            case .wrongKey: .logWrongKey
            case .checkpointRefused: .logCheckpointRefused
            case .rolledBack: .logRolledBack
            case .forked: .logForked
            case .witnesses: .witnessesMissing
            case .witnessedOther: .witnessedOther
            case .retentionRefused: .retentionRefused
            case .stale, .silent: .logStale
            case .missing: .recordsMissing
            case .repeated: .recordRepeated
            case .noRecord, .tooManyStreams: .recordRefused
            case .gap: .recordsLost
            }
    }
}
