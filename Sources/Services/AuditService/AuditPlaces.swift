// Where things are in the state folder.

import ClawgressBytes

/// The state folder of the audit service.
public struct AuditPlaces: Sendable {
    /// The folder.
    public let stateFolder: String

    /// Names the folder.
    public init(stateFolder: String) {
        self.stateFolder = stateFolder
    }

    /// The log's files, in the form of C2SP tlog-tiles: what is copied, served and verified.
    public var log: String { "\(stateFolder)/log" }
    /// The newest checkpoint.
    public var checkpoint: String { "\(log)/checkpoint" }
    /// Checkpoints: all of the newest, fewer of old ones.
    var checkpoints: String { "\(stateFolder)/checkpoints" }
    /// What was acknowledged and may not be in the log's files yet.
    var journal: String { "\(stateFolder)/journal" }
    /// Which records are in the log.
    var streams: String { "\(stateFolder)/streams" }
    /// Where files are made before they are put in place.
    var staging: String { "\(stateFolder)/new" }
    /// Held by the one process that writes here.
    var lock: String { "\(stateFolder)/lock" }
    /// The sealed key that signs checkpoints.
    public var key: String { "\(stateFolder)/log-key.sealed" }
    /// Its public half, for verifiers.
    public var verifierKey: String { "\(stateFolder)/log-key.pub" }

    var folders: [String] { [log, journal, staging] }
}
