// What the configuration file says about a syslog server. There is no plain transport: what agents
// asked for is nobody else's on the way.

import ClawgressDaemon
import ClawgressMesh

/// A syslog server that speaks TLS (RFC 5425).
public struct SyslogSettings: Decodable, Sendable {
    /// Where it listens, `host:port`.
    public var address: String
    /// The name in its certificate; nil for the address' own host.
    public var serverName: String?
    /// A file of the authorities that it is checked with; nil for those of the system.
    public var authorities: String?
    /// A file of our certificate and its chain, for a server that asks for one.
    public var certificate: String?
    /// A file of its key that only we may read, such as a credential of the service manager.
    public var key: String?
    /// The facility of all messages (RFC 5424 section 6.2.1); 13 is that of log audits.
    public var facility: Int
    /// The private enterprise number under which the operator names structured data; nil for none.
    public var enterprise: Int?
    /// Whether messages begin with the byte order mark that RFC 5424 section 6.4 asks for.
    public var marksEncoding: Bool
    /// How many messages are sent again when a connection was lost.
    public var resend: Int
    /// How long a batch may take to leave, in milliseconds.
    public var timeout: Int64

    enum CodingKeys: String, CodingKey, CaseIterable {
        case address, certificate, key, facility, resend
        case serverName = "server_name"
        case authorities = "ca"
        case enterprise = "enterprise_number"
        case marksEncoding = "bom"
        case timeout = "timeout_ms"
    }

    /// Decodes with the product's defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        address = try values.decode(String.self, forKey: .address)
        serverName = try values.decodeIfPresent(String.self, forKey: .serverName)
        authorities = try values.decodeIfPresent(String.self, forKey: .authorities)
        certificate = try values.decodeIfPresent(String.self, forKey: .certificate)
        key = try values.decodeIfPresent(String.self, forKey: .key)
        facility = try values.decodeIfPresent(Int.self, forKey: .facility) ?? 13
        enterprise = try values.decodeIfPresent(Int.self, forKey: .enterprise)
        marksEncoding = try values.decodeIfPresent(Bool.self, forKey: .marksEncoding) ?? true
        resend = try values.decodeIfPresent(Int.self, forKey: .resend) ?? 200
        timeout = try values.decodeIfPresent(Int64.self, forKey: .timeout) ?? 10_000
    }

    /// What is wrong, one sentence each.
    func problems() -> [String] {
        var found: [String] = []
        if MeshAddress(address).map({ $0.port == 0 }) ?? true {
            found.append("`address` is `\(address)`, but must be `host:port`")
        }
        if (certificate == nil) != (key == nil) {
            found.append("`certificate` and `key` belong together")
        }
        if let serverName, !serverName.contains(where: \.isLetter) {
            found.append("`server_name` must be a DNS name; an IP address goes into `address`")
        }
        let bounds: [(String, Int64, ClosedRange<Int64>)] = [
            ("facility", Int64(facility), 0...23),
            ("enterprise_number", Int64(enterprise ?? 1), 1...4_294_967_295),
            ("resend", Int64(resend), 0...100_000),
            ("timeout_ms", timeout, 100...600_000),
        ]
        return found
            + bounds.filter { !$0.2.contains($0.1) }.map { key, _, range in
                "`\(key)` must be \(range.lowerBound) to \(range.upperBound)"
            }
    }
}
