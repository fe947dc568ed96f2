// What the audit service needs to start: where it listens, where its files are, how much it keeps
// in memory.

public import ClawgressDaemon
import ClawgressMesh
public import Logging

/// The daemon's configuration file (`audit.yaml`).
public struct AuditConfiguration: DaemonConfiguration {
    /// Where senders and services connect, `host:port`.
    public var listen: String
    /// Where anybody may read checkpoint and hashes without TLS, `host:port`; nil for nowhere.
    public var publicListen: String?
    /// The folder of log, journal and key; only the daemon's user may read it.
    public var stateFolder: String
    /// The folder of the process' certificate, key and authorities.
    public var meshFolder: String
    /// The file of the passphrase that opens that key and the log's key.
    public var credential: String
    /// The log's name; nil for the one that its key has.
    public var logName: String?
    /// Times and bounds.
    public var settings: LogSettings
    /// What the index keeps.
    public var index: IndexSettings
    /// Whether the environment may name a place at which the process kills itself.
    public var allowFailpoints: Bool
    /// A file to write once everything is bound, with the real ports.
    public var readyFile: String?
    /// Whether the operator insists on running as root.
    public var allowRoot: Bool
    /// The least severe level that is logged.
    public var logLevel: Logger.Level

    enum CodingKeys: String, CodingKey, CaseIterable {
        case listen, credential, index
        case publicListen = "public_listen"
        case stateFolder = "state_folder"
        case meshFolder = "mesh_folder"
        case logName = "log_name"
        case checkpointEvery = "checkpoint_ms"
        case idleCheckpointEvery = "idle_checkpoint_ms"
        case journalBytes = "journal_bytes"
        case runsMax = "streams_max"
        case pendingBytesMax = "pending_bytes_max"
        case batchesAtOnce = "batches_at_once"
        case allowFailpoints = "allow_failpoints"
        case readyFile = "ready_file"
        case allowRoot = "allow_root"
        case logLevel = "log_level"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        listen = try values.decodeIfPresent(String.self, forKey: .listen) ?? "127.0.0.1:9445"
        publicListen = try values.decodeIfPresent(String.self, forKey: .publicListen)
        stateFolder = try values.decode(String.self, forKey: .stateFolder)
        meshFolder = try values.decode(String.self, forKey: .meshFolder)
        credential = try values.decode(String.self, forKey: .credential)
        logName = try values.decodeIfPresent(String.self, forKey: .logName)
        settings = LogSettings()
        if let value = try values.decodeIfPresent(Int64.self, forKey: .checkpointEvery) {
            settings.checkpointEvery = value
        }
        if let value = try values.decodeIfPresent(Int64.self, forKey: .idleCheckpointEvery) {
            settings.idleCheckpointEvery = value
        }
        if let value = try values.decodeIfPresent(Int.self, forKey: .journalBytes) {
            settings.journalBytes = value
        }
        if let value = try values.decodeIfPresent(Int.self, forKey: .runsMax) {
            settings.runsMax = value
        }
        if let value = try values.decodeIfPresent(Int.self, forKey: .pendingBytesMax) {
            settings.pendingBytesMax = value
        }
        if let value = try values.decodeIfPresent(Int.self, forKey: .batchesAtOnce) {
            settings.batchesAtOnce = value
        }
        index = try values.decodeIfPresent(IndexSettings.self, forKey: .index) ?? IndexSettings()
        allowFailpoints =
            try values.decodeIfPresent(Bool.self, forKey: .allowFailpoints) ?? false
        readyFile = try values.decodeIfPresent(String.self, forKey: .readyFile)
        allowRoot = try values.decodeIfPresent(Bool.self, forKey: .allowRoot) ?? false
        logLevel = try values.decodeIfPresent(Logger.Level.self, forKey: .logLevel) ?? .info
    }

    /// Problems that the format alone does not show, one sentence each.
    public func problems() -> [String] {
        var found: [String] = []
        if MeshAddress(listen) == nil {
            found.append("`listen` is `\(listen)`, but must be `host:port`")
        }
        if let publicListen, MeshAddress(publicListen) == nil {
            found.append("`public_listen` is `\(publicListen)`, but must be `host:port`")
        }
        let bounds: [(String, Int, ClosedRange<Int>)] = [
            ("checkpoint_ms", Int(settings.checkpointEvery), 10...60_000),
            ("idle_checkpoint_ms", Int(settings.idleCheckpointEvery), 100...3_600_000),
            ("journal_bytes", settings.journalBytes, 65_536...512 << 20),
            ("streams_max", settings.runsMax, 16...10_000_000),
            ("pending_bytes_max", settings.pendingBytesMax, 65_536...1 << 30),
            ("batches_at_once", settings.batchesAtOnce, 1...1_024),
        ]
        for (name, value, range) in bounds where !range.contains(value) {
            found.append("`\(name)` must be \(range.lowerBound) to \(range.upperBound)")
        }
        return found + index.problems()
    }
}
