// What a request would show the gateway, from the method and URL that a person has in mind.

import ClawgressBytes
import ClawgressModel
import Foundation

/// The part of a request that policy sees, in canonical form.
struct ExplainTarget: Equatable {
    let method: String
    let isTunnel: Bool
    let kind: HostKind
    let address: IPAddress
    /// Canonical: lower case, no trailing dot, no brackets.
    let host: String
    let port: UInt16
    /// Canonical, without query; empty for a tunnel.
    let path: String
    /// Whether an https URL became a CONNECT, so that its method and path are not seen.
    let hidesRequest: Bool

    /// Reads `method` and `url` as a client would send them through a proxy.
    ///
    /// `https://…` is a CONNECT; `CONNECT` takes `host:port`.
    static func read(method: String, url: String) throws -> ExplainTarget {
        let separator = url.range(of: "://")
        let scheme = separator.map { url[..<$0.lowerBound].lowercased() }
        let rest = separator.map { url[$0.upperBound...] } ?? url[...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let authority = String(rest[..<end])
        let isConnect = method == "CONNECT"
        switch scheme {
        case nil where isConnect:
            return try tunnel(to: authority, defaultPort: nil, hidesRequest: false)
        case "http" where isConnect:
            return try tunnel(to: authority, defaultPort: 80, hidesRequest: false)
        case "https":
            return try tunnel(to: authority, defaultPort: 443, hidesRequest: !isConnect)
        case nil, "http":
            return try plain(method: method, authority: authority, path: rest[end...])
        case let other?:
            throw CommandFailure(
                .usage,
                "the scheme `\(TerminalText.escaped(other))` is not supported; write http:// or "
                    + "https://"
            )
        }
    }

    private static func tunnel(
        to authority: String,
        defaultPort: UInt16?,
        hidesRequest: Bool
    ) throws -> ExplainTarget {
        let parsed = try parse(authority, defaultPort: defaultPort)
        return ExplainTarget(
            method: "CONNECT",
            isTunnel: true,
            kind: parsed.authority.kind,
            address: parsed.authority.address,
            host: parsed.host,
            port: parsed.authority.port,
            path: "",
            hidesRequest: hidesRequest
        )
    }

    private static func plain(
        method: String,
        authority: String,
        path: Substring
    ) throws -> ExplainTarget {
        guard !method.isEmpty, method.utf8.allSatisfy(ASCII.isToken) else {
            throw CommandFailure(.usage, "`\(TerminalText.escaped(method))` is no method")
        }
        let parsed = try parse(authority, defaultPort: 80)
        return ExplainTarget(
            method: method,
            isTunnel: false,
            kind: parsed.authority.kind,
            address: parsed.authority.address,
            host: parsed.host,
            port: parsed.authority.port,
            path: try canonicalPath(path),
            hidesRequest: false
        )
    }

    private static func parse(
        _ text: String,
        defaultPort: UInt16?
    ) throws -> (authority: ParsedAuthority, host: String) {
        let bytes = Array(text.utf8)
        var out = ByteBuffer(capacity: 320)
        do throws(Reason) {
            let parsed = try AuthorityParser.parse(
                bytes.span,
                defaultPort: defaultPort,
                into: &out
            )
            return (parsed, out.bytes.extracting(parsed.host).string())
        } catch {
            throw refusal("`\(text)`", error)
        }
    }

    private static func canonicalPath(_ text: Substring) throws -> String {
        let end = text.firstIndex { "?#".contains($0) } ?? text.endIndex
        let bytes = Array(text[..<end].utf8)
        var out = ByteBuffer(capacity: max(bytes.count * 3, 16))
        do throws(Reason) {
            try CanonicalPath.append(bytes.span, into: &out)
            return out.bytes.string()
        } catch {
            throw refusal("the path `\(text[..<end])`", error)
        }
    }

    private static func refusal(_ what: String, _ reason: Reason) -> CommandFailure {
        CommandFailure(
            .usage,
            "the gateway would refuse \(TerminalText.escaped(what)): `\(reason.name)`"
        )
    }
}
