// What the configuration file says about an HTTP server that records, or alerts, are posted to.

import Foundation

/// An HTTP server.
public struct WebhookSettings: Decodable, Sendable {
    /// Where to post; https, or http on this machine.
    public var url: String
    /// A file with the secret of the signature, which only we may read; nil for no signature.
    public var secret: String?
    /// A file of the authorities that the server is checked with; nil for those of the system.
    public var authorities: String?
    /// A file of our certificate and its chain, for a server that asks for one.
    public var certificate: String?
    /// A file of its key, which only we may read.
    public var key: String?
    /// How long an answer may take, in milliseconds.
    public var timeout: Int64

    enum CodingKeys: String, CodingKey, CaseIterable {
        case url, certificate, key
        case secret = "secret_file"
        case authorities = "ca"
        case timeout = "timeout_ms"
    }

    /// The keys that it has.
    public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Decodes with the defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        url = try values.decode(String.self, forKey: .url)
        secret = try values.decodeIfPresent(String.self, forKey: .secret)
        authorities = try values.decodeIfPresent(String.self, forKey: .authorities)
        certificate = try values.decodeIfPresent(String.self, forKey: .certificate)
        key = try values.decodeIfPresent(String.self, forKey: .key)
        timeout = try values.decodeIfPresent(Int64.self, forKey: .timeout) ?? 10_000
    }

    /// What is wrong, one sentence each.
    public func problems() -> [String] {
        var found: [String] = []
        if !Self.isAllowed(url) {
            found.append(
                "`url` must be `https://…`, or `http://…` of a loopback address, without user "
                    + "and fragment"
            )
        }
        if (certificate == nil) != (key == nil) {
            found.append("`certificate` and `key` belong together")
        }
        if !(100...600_000).contains(timeout) { found.append("`timeout_ms` must be 100 to 600000") }
        return found
    }

    /// The server's `host:port`; nil if there is no such server.
    public var server: String? {
        guard Self.isAllowed(url), let parts = URLComponents(string: url), let host = parts.host
        else { return nil }
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return "\(name):\(parts.port ?? (parts.scheme == "http" ? 80 : 443))"
    }

    /// Whether something may be posted there.
    ///
    /// A name could lead anywhere, so http needs an address.
    static func isAllowed(_ text: String) -> Bool {
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
            url.user == nil, url.password == nil, url.fragment == nil
        else { return false }
        switch url.scheme {
        case "https": return true
        case "http":
            return host.hasPrefix("127.") && isAddress(host) || host == "[::1]" || host == "::1"
        default: return false
        }
    }

    private static func isAddress(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
