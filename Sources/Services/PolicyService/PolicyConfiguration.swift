// What the policy service needs to start: where it listens, where its files are, how long things
// may take.

public import ClawgressDaemon
import ClawgressMesh

/// The daemon's configuration file (`policy.yaml`).
public struct PolicyConfiguration: ServiceConfiguration {
    /// What every service has.
    public var basics: ServiceBasics
    /// The mesh's certificate authority; nil if no gateway is to be enrolled here.
    public var authority: Authority?
    /// Time-outs and bounds.
    public var settings = PolicySettings()
    /// Whether the environment may name a place at which the process kills itself.
    public var allowFailpoints = false

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
        case authority
        case prepareTimeout = "prepare_timeout_ms"
        case heardFrom = "heard_from_ms"
        case bundlesKept = "bundles_kept"
        case certificateDays = "certificate_days"
        case allowFailpoints = "allow_failpoints"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        basics = try ServiceBasics(
            from: decoder,
            others: CodingKeys.allCases.map(\.rawValue),
            listen: "127.0.0.1:9444"
        )
        let values = try decoder.container(keyedBy: CodingKeys.self)
        authority = try values.decodeIfPresent(Authority.self, forKey: .authority)
        try values.read(.prepareTimeout, into: &settings.prepareTimeout)
        try values.read(.heardFrom, into: &settings.heardFrom)
        try values.read(.bundlesKept, into: &settings.bundlesKept)
        try values.read(.certificateDays, into: &settings.certificateDays)
        try values.read(.allowFailpoints, into: &allowFailpoints)
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
