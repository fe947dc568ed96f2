// What the admin API needs to start.

public import ClawgressDaemon
import ClawgressMesh
public import ClawgressShipping
public import Logging

/// The daemon's configuration file (`admin-api.yaml`).
public struct AdminConfiguration: DaemonConfiguration {
    /// Where operators connect, `host:port`.
    public var listen: String
    /// The folder of the database; only the daemon's user may read it.
    public var stateFolder: String
    /// The folder of the process' certificate, key and authorities.
    public var meshFolder: String
    /// The file of the passphrase that opens the key.
    public var credential: String
    /// Where clawgress-policy listens, `host:port`.
    public var policy: String
    /// Where events go; nil if they stay in the spool.
    public var audit: ShippingConfiguration?
    /// The OpenAPI document to serve.
    public var openAPIFile: String?
    /// What is taken of one side.
    public var limits: AdminLimits
    /// A file to write once everything is bound, with the real ports.
    public var readyFile: String?
    /// Whether the operator insists on running as root.
    public var allowRoot: Bool
    /// The least severe level that is logged.
    public var logLevel: Logger.Level

    enum CodingKeys: String, CodingKey, CaseIterable {
        case listen, credential, policy, limits, audit
        case stateFolder = "state_folder"
        case meshFolder = "mesh_folder"
        case openAPIFile = "openapi_file"
        case readyFile = "ready_file"
        case allowRoot = "allow_root"
        case logLevel = "log_level"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        listen = try values.decodeIfPresent(String.self, forKey: .listen) ?? "127.0.0.1:8443"
        stateFolder = try values.decode(String.self, forKey: .stateFolder)
        meshFolder = try values.decode(String.self, forKey: .meshFolder)
        credential = try values.decode(String.self, forKey: .credential)
        policy = try values.decode(String.self, forKey: .policy)
        audit = try values.decodeIfPresent(ShippingConfiguration.self, forKey: .audit)
        openAPIFile = try values.decodeIfPresent(String.self, forKey: .openAPIFile)
        limits = try values.decodeIfPresent(AdminLimits.self, forKey: .limits) ?? AdminLimits()
        readyFile = try values.decodeIfPresent(String.self, forKey: .readyFile)
        allowRoot = try values.decodeIfPresent(Bool.self, forKey: .allowRoot) ?? false
        logLevel = try values.decodeIfPresent(Logger.Level.self, forKey: .logLevel) ?? .info
    }

    /// Problems that the format alone does not show, one sentence each.
    public func problems() -> [String] {
        var problems = limits.problems() + (audit?.problems(hasMesh: true) ?? [])
        for (key, text) in [("listen", listen), ("policy", policy)] where MeshAddress(text) == nil {
            problems.append("`\(key)` is `\(text)`, but must be `host:port`")
        }
        return problems
    }
}
