// What the command line says to the admin API and hears from it, without the connection: tests
// answer requests themselves.

import ClawgressBytes

/// A request to the admin API.
public struct APIRequest: Sendable, Equatable {
    /// The methods that the API has.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// What is to be done.
    public var method: Method
    /// Path and query, percent-encoded.
    public var target: String
    /// JSON; none for an empty body.
    public var body: [UInt8]?

    /// A request for `path` with `query`, whose values are encoded here.
    public init(
        _ method: Method,
        _ path: String,
        query: [(name: String, value: String?)] = [],
        body: [UInt8]? = nil
    ) {
        let pairs = query.compactMap { name, value in
            value.map { "\(name)=\(Self.encoded($0))" }
        }
        self.method = method
        target = pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
        self.body = body
    }

    /// A text as one segment of a path or value of a query: unreserved characters stay (RFC 3986,
    /// section 2.3), every other byte is percent-encoded.
    public static func encoded(_ text: String) -> String {
        text.utf8.map { (byte: UInt8) -> String in
            let isPlain =
                ASCII.isLetter(byte) || ASCII.isDigit(byte) || "-._~".utf8.contains(byte)
            if isPlain { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

/// An answer of the admin API.
public struct APIAnswer: Sendable, Equatable {
    /// The HTTP status.
    public var status: Int
    /// The whole body.
    public var body: [UInt8]

    /// Describes an answer.
    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// Where the admin API is, whom to believe there, and who asks.
public struct APIEndpoint: Sendable, Equatable {
    /// `https://host:port`, without a path.
    public var url: String
    /// The one authority (or two, while it is replaced) whose certificates are believed, in PEM.
    public var authority: [UInt8]
    /// The bearer token; none for a login.
    public var token: String?
    /// The host to connect to, if it is not the one whose certificate is expected.
    public var connectTo: String?

    /// The host of ``url``.
    var host: String {
        let authority = url.dropFirst("https://".count)
        return String(authority[..<(authority.lastIndex(of: ":") ?? authority.endIndex)])
    }

    /// Describes an endpoint.
    public init(url: String, authority: [UInt8], token: String?) {
        self.url = url
        self.authority = authority
        self.token = token
    }
}
