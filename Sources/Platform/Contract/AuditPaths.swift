// Where clawgress-audit answers. Senders, readers and the service take the paths from here, so
// neither can spell one differently.

/// Paths of the audit service (Documentation/audit-service.md).
public enum AuditPaths {
    /// `POST` takes a batch of records; gateways and admin-api.
    public static var batches: String { "/v1/batches" }
    /// `GET` lists what of each stream of records is in the log; admin-api only.
    public static var streams: String { "/v1/streams" }
    /// The folder of the log in the form of C2SP tlog-tiles, below which all of its files are.
    public static var log: String { "/log" }
    /// `GET` answers the newest checkpoint as a C2SP signed note; every service of the mesh.
    public static var checkpoint: String { "\(log)/checkpoint" }
    /// `GET` answers the newest checkpoint that enough witnesses have signed; every service.
    public static var witnessedCheckpoint: String { "\(log)/checkpoint.witnessed" }

    /// `GET` answers what the log says of pruned entries, a signed note; every service.
    public static var retention: String { "\(log)/retention" }

    /// ``batches`` for a sender that has verified a checkpoint of that size; 0 for none.
    public static func batches(since size: UInt64) -> String { "\(batches)?since=\(size)" }
}
