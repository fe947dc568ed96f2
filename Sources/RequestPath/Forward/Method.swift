// The methods that the gateway treats differently. Policies match the text of a method, so an
// unknown one is no error.

public import ClawgressBytes

/// A request method (RFC 9110 section 9, RFC 5789).
public enum Method: UInt8, Sendable {
    case get
    case head
    case post
    case put
    case delete
    case options
    case patch
    case trace
    case connect
    /// Any other token; its text stands in the request.
    case other

    /// The method with that name; names are case-sensitive (RFC 9110 section 9.1).
    @inlinable
    public init(_ text: Span<UInt8>) {
        self = .other
        switch text.count {
        case 3:
            if text.equals("GET") { self = .get } else if text.equals("PUT") { self = .put }
        case 4:
            if text.equals("POST") { self = .post } else if text.equals("HEAD") { self = .head }
        case 5:
            if text.equals("PATCH") { self = .patch } else if text.equals("TRACE") { self = .trace }
        case 6:
            if text.equals("DELETE") { self = .delete }
        case 7:
            if text.equals("CONNECT") {
                self = .connect
            } else if text.equals("OPTIONS") {
                self = .options
            }
        default:
            break
        }
    }

    /// Whether a method is forwarded under no name: TRACE and its relative TRACK are answered
    /// with the request itself, credentials and all, and CONNECT is no request to an origin.
    ///
    /// Without regard to case, because origins that fold it exist.
    public static func isNeverForwarded(_ text: Span<UInt8>) -> Bool {
        text.equalsIgnoringCase("trace") || text.equalsIgnoringCase("track")
            || text.equalsIgnoringCase("connect")
    }

    /// Whether repeating a request is as good as sending it once (RFC 9110 section 9.2.2).
    ///
    /// Unknown methods count as not idempotent.
    @inlinable
    public var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete, .options, .trace: true
        case .post, .patch, .connect, .other: false
        }
    }
}
