// What the services of the control plane have in common in their configuration files: where they
// listen, where their files are, how they prove themselves to each other.

public import Logging

/// The keys that the file of every service has.
public struct ServiceBasics: Sendable {
    /// Where others connect, `host:port`.
    public var listen: String
    /// The folder of what the service keeps; only the daemon's user may read it.
    public var stateFolder: String
    /// The folder of the process' certificate, key and authorities.
    public var meshFolder: String
    /// The file of the passphrase that opens that key and the others that the service has.
    public var credential: String
    /// A file to write once everything is bound, with the real ports.
    public var readyFile: String?
    /// Whether the operator insists on running as root.
    public var allowRoot: Bool
    /// The least severe level that is logged.
    public var logLevel: Logger.Level

    enum CodingKeys: String, CodingKey, CaseIterable {
        case listen, credential
        case stateFolder = "state_folder"
        case meshFolder = "mesh_folder"
        case readyFile = "ready_file"
        case allowRoot = "allow_root"
        case logLevel = "log_level"
    }

    /// Decodes the common keys, and refuses what is neither one of them nor of `others`.
    ///
    /// - Parameters:
    ///   - others: the keys that this service has besides.
    ///   - listen: where it listens if the file does not say.
    public init(
        from decoder: any Decoder,
        others: some Collection<String>,
        listen usual: String
    ) throws {
        try UnknownKeys.refuse(in: decoder, known: CodingKeys.allCases.map(\.rawValue) + others)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        listen = try values.decodeIfPresent(String.self, forKey: .listen) ?? usual
        stateFolder = try values.decode(String.self, forKey: .stateFolder)
        meshFolder = try values.decode(String.self, forKey: .meshFolder)
        credential = try values.decode(String.self, forKey: .credential)
        readyFile = try values.decodeIfPresent(String.self, forKey: .readyFile)
        allowRoot = try values.decodeIfPresent(Bool.self, forKey: .allowRoot) ?? false
        logLevel = try values.decodeIfPresent(Logger.Level.self, forKey: .logLevel) ?? .info
    }
}

/// The configuration file of a service of the control plane.
public protocol ServiceConfiguration: DaemonConfiguration {
    /// What it has in common with the others.
    var basics: ServiceBasics { get }
}

extension ServiceConfiguration {
    /// Where others connect, `host:port`.
    public var listen: String { basics.listen }
    /// The folder of what the service keeps.
    public var stateFolder: String { basics.stateFolder }
    /// The folder of the process' certificate, key and authorities.
    public var meshFolder: String { basics.meshFolder }
    /// The file of the passphrase that opens the keys.
    public var credential: String { basics.credential }
    /// A file to write once everything is bound, with the real ports.
    public var readyFile: String? { basics.readyFile }
    /// Whether the operator insists on running as root.
    public var allowRoot: Bool { basics.allowRoot }
    /// The least severe level that is logged.
    public var logLevel: Logger.Level { basics.logLevel }
}

extension KeyedDecodingContainer {
    /// Replaces a default by what the file says, if it says something.
    public func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
        value = try decodeIfPresent(Value.self, forKey: key) ?? value
    }
}
