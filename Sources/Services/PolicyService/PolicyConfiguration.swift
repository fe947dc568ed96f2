// What the policy service needs to start: where it listens, where its files are, how long things
// may take.

public import ClawgressDaemon
import ClawgressMesh
public import Logging

/// The daemon's configuration file (`policy.yaml`).
public struct PolicyConfiguration: DaemonConfiguration {
    /// Where admin-api and gateways connect, `host:port`.
    public var listen: String
    /// The folder of database and keys; only the daemon's user may read it.
    public var stateFolder: String
    /// The folder of the process' certificate, key and authorities.
    public var meshFolder: String
    /// The file of the passphrase that opens that key and the signing keys.
    public var credential: String
    /// The mesh's certificate authority; nil if no gateway is to be enrolled here.
    public var authority: Authority?
    /// Time-outs and bounds.
    public var settings: PolicySettings
    /// Whether the environment may name a place at which the process kills itself.
    public var allowFailpoints: Bool
    /// A file to write once everything is bound, with the real port.
    public var readyFile: String?
    /// Whether the operator insists on running as root.
    public var allowRoot: Bool
    /// The least severe level that is logged.
    public var logLevel: Logger.Level

    /// Where the certificate authority is.
    public struct Authority: Decodable, Sendable {
        /// Its folder, as `clawgress pki init` makes it.
        public var folder: String
        /// The file of the passphrase that opens its key.
        public var credential: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case folder, credential
        }

        /// Decodes; unknown keys are refused.
        public init(from decoder: any Decoder) throws {
            try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
            let values = try decoder.container(keyedBy: CodingKeys.self)
            folder = try values.decode(String.self, forKey: .folder)
            credential = try values.decode(String.self, forKey: .credential)
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case listen, credential, authority
        case stateFolder = "state_folder"
        case meshFolder = "mesh_folder"
        case prepareTimeout = "prepare_timeout_ms"
        case heardFrom = "heard_from_ms"
        case bundlesKept = "bundles_kept"
        case certificateDays = "certificate_days"
        case allowFailpoints = "allow_failpoints"
        case readyFile = "ready_file"
        case allowRoot = "allow_root"
        case logLevel = "log_level"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        listen = try values.decodeIfPresent(String.self, forKey: .listen) ?? "127.0.0.1:9444"
        stateFolder = try values.decode(String.self, forKey: .stateFolder)
        meshFolder = try values.decode(String.self, forKey: .meshFolder)
        credential = try values.decode(String.self, forKey: .credential)
        authority = try values.decodeIfPresent(Authority.self, forKey: .authority)
        settings = PolicySettings()
        if let value = try values.decodeIfPresent(Int64.self, forKey: .prepareTimeout) {
            settings.prepareTimeout = value
        }
        if let value = try values.decodeIfPresent(Int64.self, forKey: .heardFrom) {
            settings.heardFrom = value
        }
        if let value = try values.decodeIfPresent(Int.self, forKey: .bundlesKept) {
            settings.bundlesKept = value
        }
        if let value = try values.decodeIfPresent(Int.self, forKey: .certificateDays) {
            settings.certificateDays = value
        }
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
        if !(100...60_000).contains(settings.prepareTimeout) {
            found.append("`prepare_timeout_ms` must be 100 to 60000")
        }
        if !(1_000...3_600_000).contains(settings.heardFrom) {
            found.append("`heard_from_ms` must be 1000 to 3600000")
        }
        if !(2...1_000).contains(settings.bundlesKept) {
            found.append("`bundles_kept` must be 2 to 1000")
        }
        if !(1...3_650).contains(settings.certificateDays) {
            found.append("`certificate_days` must be 1 to 3650")
        }
        return found
    }
}
