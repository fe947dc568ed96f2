// Which of the few field names that a proxy must understand a name is. Found by length and
// first letter, so that the many names it need not understand cost one comparison.

import ClawgressBytes

/// A field name with a meaning for framing, routing, identity or connections.
enum FieldKind: UInt8 {
    case other
    case host, contentLength, expect, authorization, via, trailer, authenticate
    case maxForwards, methodOverride, framingLookalike
    case connection, keepAlive, te, upgrade, transferEncoding
    case proxyAuthorization, proxyOther, clawgress

    /// Classifies a name, without regard to case.
    init(_ name: Span<UInt8>) {
        self = .other
        switch ASCII.lowercased(name[0]) {
        case UInt8(ascii: "a"):
            if name.equalsIgnoringCase("authorization") { self = .authorization }
        case UInt8(ascii: "c"):
            self = Self.beginningWithC(name)
        case UInt8(ascii: "e"):
            if name.equalsIgnoringCase("expect") { self = .expect }
        case UInt8(ascii: "h"):
            if name.equalsIgnoringCase("host") { self = .host }
        case UInt8(ascii: "k"):
            if name.equalsIgnoringCase("keep-alive") { self = .keepAlive }
        case UInt8(ascii: "m"):
            if name.equalsIgnoringCase("max-forwards") { self = .maxForwards }
        case UInt8(ascii: "p"):
            if name.equalsIgnoringCase("proxy-authorization") {
                self = .proxyAuthorization
            } else if name.hasPrefixIgnoringCase("proxy-") {
                self = .proxyOther
            }
        case UInt8(ascii: "t"):
            self = Self.beginningWithT(name)
        case UInt8(ascii: "u"):
            if name.equalsIgnoringCase("upgrade") { self = .upgrade }
        case UInt8(ascii: "v"):
            if name.equalsIgnoringCase("via") { self = .via }
        case UInt8(ascii: "w"):
            if name.equalsIgnoringCase("www-authenticate") { self = .authenticate }
        case UInt8(ascii: "x"):
            if Self.isMethodOverride(name) { self = .methodOverride }
        default:
            break
        }
    }

    private static func beginningWithC(_ name: Span<UInt8>) -> FieldKind {
        if name.equalsIgnoringCase("connection") { return .connection }
        if name.equalsIgnoringCase("content-length") { return .contentLength }
        if name.equalsIgnoringCase("content_length") { return .framingLookalike }
        return name.hasPrefixIgnoringCase("clawgress-") ? .clawgress : .other
    }

    private static func beginningWithT(_ name: Span<UInt8>) -> FieldKind {
        if name.equalsIgnoringCase("te") { return .te }
        if name.equalsIgnoringCase("trailer") { return .trailer }
        if name.equalsIgnoringCase("transfer-encoding") { return .transferEncoding }
        return name.equalsIgnoringCase("transfer_encoding") ? .framingLookalike : .other
    }

    /// The fields in which web frameworks look for a method to use in place of the request
    /// line's.
    private static func isMethodOverride(_ name: Span<UInt8>) -> Bool {
        name.equalsIgnoringCase("x-http-method-override")
            || name.equalsIgnoringCase("x-http-method")
            || name.equalsIgnoringCase("x-method-override")
    }

    /// Whether the field ends at the gateway in either direction (RFC 9110 section 7.6.1), or
    /// is ours to set.
    var endsHere: Bool { rawValue >= FieldKind.connection.rawValue }
}
