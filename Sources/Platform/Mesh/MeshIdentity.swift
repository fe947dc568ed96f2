// Who a process is in the mesh. The certificate says it in one URI, so that neither the name of
// a machine nor an address has to be true.

import ClawgressModel

/// The services that have certificates.
public enum MeshService: String, Sendable, CaseIterable {
    /// Enforces; one per machine.
    case gateway
    /// Publishes and signs.
    case policy
    /// Serves operators.
    case adminAPI = "admin-api"
    /// Keeps the log.
    case audit
}

/// The identity in a certificate's subject alternative name: `clawgress://gateway/gw-1`.
public struct MeshIdentity: Sendable, Hashable, CustomStringConvertible {
    /// What the process does.
    public let service: MeshService
    /// Which one it is: `[a-z0-9][a-z0-9._-]{0,62}`.
    public let name: String

    /// Names a process; nil for a name that is no id.
    public init?(_ service: MeshService, _ name: String) {
        guard Identifier.isValid(name) else { return nil }
        self.service = service
        self.name = name
    }

    /// Reads `service/name`, as a person writes it.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let service = MeshService(rawValue: String(parts[0])) else {
            return nil
        }
        self.init(service, String(parts[1]))
    }

    /// Reads a certificate's URI; nil for anything but exactly ``uri``'s form.
    public init?(uri: String) {
        guard uri.hasPrefix(Self.scheme) else { return nil }
        self.init(String(uri.dropFirst(Self.scheme.count)))
    }

    /// The URI for a certificate.
    public var uri: String { Self.scheme + description }

    /// The name under which clients ask for this server, and which they verify: never resolved.
    public var dnsName: String {
        switch service {
        case .gateway: "\(name).gateway\(Self.zone)"
        case .policy, .adminAPI, .audit: "\(service.rawValue)\(Self.zone)"
        }
    }

    /// `service/name`.
    public var description: String { "\(service.rawValue)/\(name)" }

    /// The ending of every name that stands for an identity.
    public static var zone: String { ".clawgress.internal" }

    private static var scheme: String { "clawgress://" }
}
