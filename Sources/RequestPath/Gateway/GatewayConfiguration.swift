// What one gateway needs to start: where it listens, where its files are, whom it believes.
// Everything that all gateways share is in the bundle instead.

public import ClawgressAlerts
import ClawgressBundle
public import ClawgressDaemon
import ClawgressModel
public import ClawgressShipping
public import Logging

/// The gateway's configuration file (`gateway.yaml`).
public struct GatewayConfiguration: DaemonConfiguration {
    /// This gateway's id, in every event.
    public var gatewayID: String
    /// Where agents connect, `address:port`.
    public var listeners: [String]
    /// The loopback address of `/livez`, `/readyz`, `/metrics` and `/status`.
    public var admin: String
    /// Worker threads; 0 for one per processor.
    public var workers: Int
    /// The folder in which `bundle.jws` appears; of no use to an enrolled gateway.
    public var bundleFolder: String
    /// JWK files of the keys that may have signed it; none for an enrolled gateway.
    public var trustedKeys: [String]
    /// What makes this gateway an enrolled one; nil for one that stands alone.
    public var controlPlane: ControlPlaneConfiguration?
    /// Where events go; nil if they stay in the spool.
    public var audit: ShippingConfiguration?
    /// Who is told of alerts.
    public var alerts: AlertReceivers
    /// Where bundles, and what is known of them, are kept.
    public var stateFolder: String
    /// The audit spool.
    public var spool: SpoolConfiguration
    /// Name servers, `address:port`; empty for the system's.
    public var resolverServers: [String]
    /// A file to write once everything is bound, with the real ports.
    public var readyFile: String?
    /// Whether the operator insists on running as root.
    public var allowRoot: Bool
    /// Whether the environment may name a step at which the process kills itself, for tests.
    public var allowFailpoints: Bool
    /// The least severe level that is logged.
    public var logLevel: Logger.Level
    /// The keys of a stand-alone gateway that stand beside `control_plane`.
    private var misplaced: [String] = []

    /// Where events wait, and how much room they may take.
    public struct SpoolConfiguration: Decodable, Sendable {
        /// The folder, owned by one gateway.
        public var folder: String
        /// The size of one segment file in bytes.
        public var segmentBytes: Int
        /// The bound on all segments together in bytes.
        public var bytesMax: Int
        /// What an intent must have survived before anything goes upstream.
        public var durability: Durability

        /// What a recorded intent survives.
        public enum Durability: String, Decodable, Sendable {
            /// The end of the process.
            case process
            /// The end of the machine.
            case power
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case folder, durability
            case segmentBytes = "segment_bytes"
            case bytesMax = "bytes_max"
        }

        /// Decodes with the product's defaults; unknown keys are refused.
        public init(from decoder: any Decoder) throws {
            try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
            let values = try decoder.container(keyedBy: CodingKeys.self)
            folder = try values.decode(String.self, forKey: .folder)
            segmentBytes = try values.decodeIfPresent(Int.self, forKey: .segmentBytes) ?? 8 << 20
            bytesMax = try values.decodeIfPresent(Int.self, forKey: .bytesMax) ?? 4 << 30
            durability =
                try values.decodeIfPresent(Durability.self, forKey: .durability) ?? .process
        }
    }

    private struct ResolverConfiguration: Decodable {
        var servers: [String]

        enum CodingKeys: String, CodingKey, CaseIterable {
            case servers
        }

        init(from decoder: any Decoder) throws {
            try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
            let values = try decoder.container(keyedBy: CodingKeys.self)
            servers = try values.decodeIfPresent([String].self, forKey: .servers) ?? []
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case gatewayID = "gateway_id"
        case listeners, admin, workers, spool, resolver, audit, alerts
        case bundleFolder = "bundle_folder"
        case trustedKeys = "trusted_keys"
        case controlPlane = "control_plane"
        case stateFolder = "state_folder"
        case readyFile = "ready_file"
        case allowRoot = "allow_root"
        case allowFailpoints = "allow_failpoints"
        case logLevel = "log_level"
    }

    /// Decodes with the product's defaults; unknown keys are refused.
    public init(from decoder: any Decoder) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue))
        let values = try decoder.container(keyedBy: CodingKeys.self)
        gatewayID = try values.decode(String.self, forKey: .gatewayID)
        listeners =
            try values.decodeIfPresent([String].self, forKey: .listeners) ?? ["127.0.0.1:3128"]
        admin = try values.decodeIfPresent(String.self, forKey: .admin) ?? "127.0.0.1:9901"
        workers = try values.decodeIfPresent(Int.self, forKey: .workers) ?? 0
        bundleFolder =
            try values.decodeIfPresent(String.self, forKey: .bundleFolder)
            ?? "/etc/clawgress/bundle"
        controlPlane = try values.decodeIfPresent(
            ControlPlaneConfiguration.self,
            forKey: .controlPlane
        )
        if controlPlane == nil {
            trustedKeys = try values.decode([String].self, forKey: .trustedKeys)
        } else {
            trustedKeys = []
            misplaced = [CodingKeys.bundleFolder, .trustedKeys].filter(values.contains)
                .map(\.rawValue)
        }
        audit = try values.decodeIfPresent(ShippingConfiguration.self, forKey: .audit)
        alerts =
            try values.decodeIfPresent(AlertReceivers.self, forKey: .alerts) ?? AlertReceivers()
        stateFolder =
            try values.decodeIfPresent(String.self, forKey: .stateFolder)
            ?? "/var/lib/clawgress/gateway"
        spool = try values.decode(SpoolConfiguration.self, forKey: .spool)
        resolverServers =
            try values.decodeIfPresent(ResolverConfiguration.self, forKey: .resolver)?
            .servers ?? []
        readyFile = try values.decodeIfPresent(String.self, forKey: .readyFile)
        allowRoot = try values.decodeIfPresent(Bool.self, forKey: .allowRoot) ?? false
        allowFailpoints =
            try values.decodeIfPresent(Bool.self, forKey: .allowFailpoints) ?? false
        logLevel = try values.decodeIfPresent(Logger.Level.self, forKey: .logLevel) ?? .info
    }

    /// Problems that the format alone does not show.
    public func problems() -> [String] {
        var found: [String] = []
        if !Identifier.isValid(gatewayID) {
            found.append("`gateway_id` must be lower-case letters, digits, `.`, `_` or `-`")
        }
        if listeners.isEmpty {
            found.append("`listeners` is empty; name one, such as `127.0.0.1:3128`")
        }
        for listener in listeners where Endpoint(listener) == nil {
            found.append("listener `\(listener)` is no `address:port`")
        }
        if let endpoint = Endpoint(admin) {
            if AddressClass.of(endpoint.address) != .loopback {
                found.append("`admin` must be a loopback address: it has no authentication")
            }
        } else {
            found.append("`admin` value `\(admin)` is no `address:port`")
        }
        if workers < 0 || workers > 64 { found.append("`workers` must be 0 to 64") }
        found += bundleProblems()
        found += audit?.problems(hasMesh: controlPlane != nil) ?? []
        found += alerts.problems()
        for server in resolverServers where Endpoint(server) == nil {
            found.append("name server `\(server)` is no `address:port`; write `192.0.2.53:53`")
        }
        if !(65_536...67_108_864).contains(spool.segmentBytes) || spool.segmentBytes % 4_096 != 0 {
            found.append("`spool.segment_bytes` must be a multiple of 4096 from 65536 to 67108864")
        }
        if spool.bytesMax / 4 < spool.segmentBytes {
            found.append("`spool.bytes_max` must hold at least four segments")
        }
        return found
    }

    private func bundleProblems() -> [String] {
        guard let controlPlane else {
            return trustedKeys.isEmpty
                ? ["`trusted_keys` is empty: no bundle could be believed"] : []
        }
        return controlPlane.problems()
            + misplaced.map {
                "`\($0)` and `control_plane` exclude each other: an enrolled gateway takes bundles "
                    + "from its policy service only"
            }
    }
}
