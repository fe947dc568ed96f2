// What the audit service needs to start: where it listens, where its files are, how much it keeps
// in memory.

public import ClawgressAlerts
public import ClawgressDaemon
import ClawgressMesh
import ClawgressModel

/// The daemon's configuration file (`audit.yaml`).
public struct AuditConfiguration: ServiceConfiguration {
    /// What every service has.
    public var basics: ServiceBasics
    /// Where anybody may read checkpoint and hashes without TLS, `host:port`; nil for nowhere.
    public var publicListen: String?
    /// The log's name; nil for the one that its key has.
    public var logName: String?
    /// Times and bounds.
    public var settings = LogSettings()
    /// What the index keeps.
    public var index = IndexSettings()
    /// Who signs checkpoints beside the log.
    public var witnesses = WitnessSettings()
    /// How long entries are kept.
    public var retention = RetentionSettings()
    /// Where records go beside the log.
    public var sinks: [SinkSettings] = []
    /// Who is told of alerts.
    public var alerts = AlertReceivers()
    /// Whether the environment may name a place at which the process kills itself.
    public var allowFailpoints = false

    enum CodingKeys: String, CodingKey, CaseIterable {
        case index, witnesses, retention, sinks, alerts
        case publicListen = "public_listen"
        case logName = "log_name"
        case checkpointEvery = "checkpoint_ms"
        case idleCheckpointEvery = "idle_checkpoint_ms"
        case journalBytes = "journal_bytes"
        case runsMax = "streams_max"
        case runsPerSender = "streams_per_sender"
        case pendingBytesMax = "pending_bytes_max"
        case bookBytesMax = "checkpoints_bytes_max"
        case batchesAtOnce = "batches_at_once"
        case batchesPerSender = "batches_per_sender"
        case bodyMilliseconds = "batch_body_ms"
        case gatewaySilence = "gateway_silent_ms"
        case retiredGateways = "retired_gateways"
        case allowFailpoints = "allow_failpoints"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        basics = try ServiceBasics(
            from: decoder,
            others: CodingKeys.allCases.map(\.rawValue),
            listen: "127.0.0.1:9445"
        )
        let values = try decoder.container(keyedBy: CodingKeys.self)
        publicListen = try values.decodeIfPresent(String.self, forKey: .publicListen)
        logName = try values.decodeIfPresent(String.self, forKey: .logName)
        try values.read(.checkpointEvery, into: &settings.checkpointEvery)
        try values.read(.idleCheckpointEvery, into: &settings.idleCheckpointEvery)
        try values.read(.journalBytes, into: &settings.journalBytes)
        try values.read(.runsMax, into: &settings.runsMax)
        settings.runsPerSender = try values.decodeIfPresent(Int.self, forKey: .runsPerSender)
        try values.read(.pendingBytesMax, into: &settings.pendingBytesMax)
        try values.read(.bookBytesMax, into: &settings.bookBytesMax)
        try values.read(.batchesAtOnce, into: &settings.batchesAtOnce)
        try values.read(.batchesPerSender, into: &settings.batchesPerSender)
        try values.read(.bodyMilliseconds, into: &settings.bodyMilliseconds)
        try values.read(.gatewaySilence, into: &settings.gatewaySilence)
        try values.read(.retiredGateways, into: &settings.retiredGateways)
        try values.read(.index, into: &index)
        try values.read(.witnesses, into: &witnesses)
        try values.read(.retention, into: &retention)
        try values.read(.sinks, into: &sinks)
        try values.read(.alerts, into: &alerts)
        try values.read(.allowFailpoints, into: &allowFailpoints)
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
            ("streams_per_sender", settings.runsOfSenderMax, 1...10_000_000),
            ("pending_bytes_max", settings.pendingBytesMax, 65_536...1 << 30),
            ("checkpoints_bytes_max", settings.bookBytesMax, 65_536...1 << 40),
            ("batches_at_once", settings.batchesAtOnce, 1...1_024),
            ("batches_per_sender", settings.batchesPerSender, 1...1_024),
            ("gateway_silent_ms", Int(settings.gatewaySilence), 100...86_400_000),
            ("batch_body_ms", Int(settings.bodyMilliseconds), 100...600_000),
        ]
        for (name, value, range) in bounds where !range.contains(value) {
            found.append("`\(name)` must be \(range.lowerBound) to \(range.upperBound)")
        }
        for name in settings.retiredGateways where !Identifier.isValid(name) {
            found.append("`retired_gateways` has `\(name)`, which is no gateway's id")
        }
        return found + index.problems() + witnesses.problems() + retention.problems()
            + SinkSettings.problems(sinks) + alerts.problems()
    }
}
