// The variables by which clients find their proxy. There is no standard: names differ in case
// between clients, and some only look when another variable says so.

import ClawgressBytes

/// The environment that sends a client's requests through the gateway.
struct ProxyVariables {
    /// The gateway's `host:port`.
    let authority: String
    /// Who asks, and with which key or token; nil to leave that to the client.
    let credentials: (agent: String, secret: String)?
    /// The hosts to reach directly.
    let noProxy: String

    /// The proxy's URL, credentials percent-encoded (RFC 3986 section 3.2.1).
    var url: String {
        guard let credentials else { return "http://\(authority)" }
        let name = Self.percentEncoded(credentials.agent)
        let secret = Self.percentEncoded(credentials.secret)
        return "http://\(name):\(secret)@\(authority)"
    }

    /// All variables in a fixed order.
    var all: [(name: String, value: String)] {
        let url = self.url
        // Lower case: curl, wget, git, apt, Ruby, Perl. Upper case: Go, Java tools, older
        // libraries. curl ignores upper-case HTTP_PROXY on purpose (CGI), so both are needed.
        let general = ["http_proxy", "https_proxy", "all_proxy"].flatMap {
            [(name: $0, value: url), (name: $0.uppercased(), value: url)]
        }
        return general + [
            ("no_proxy", noProxy),
            ("NO_PROXY", noProxy),
            // Node 24 and later look at the variables above only if told to.
            ("NODE_USE_ENV_PROXY", "1"),
            ("npm_config_proxy", url),
            ("npm_config_https_proxy", url),
            ("YARN_HTTP_PROXY", url),
            ("YARN_HTTPS_PROXY", url),
            ("PIP_PROXY", url),
            ("CARGO_HTTP_PROXY", url),
            ("GLOBAL_AGENT_HTTP_PROXY", url),
            ("GLOBAL_AGENT_HTTPS_PROXY", url),
            ("ELECTRON_GET_USE_PROXY", "1"),
        ]
    }

    /// How clients are told that look at no variable; comment lines for a shell.
    var notes: [String] {
        let parts = hostAndPort
        let secrecy =
            credentials == nil
            ? [] : ["The variables contain the key: do not write them into a log."]
        return secrecy + [
            "git, curl, wget, pip, npm, cargo, go and most libraries read the variables above.",
            "java:   -Dhttp.proxyHost=\(parts.host) -Dhttp.proxyPort=\(parts.port) "
                + "-Dhttps.proxyHost=\(parts.host) -Dhttps.proxyPort=\(parts.port)",
            "        and -Djdk.http.auth.tunneling.disabledSchemes= for Basic on https",
            "maven:  <proxy> with host, port, username and password in ~/.m2/settings.xml",
            "docker: {\"proxies\":{\"default\":{\"httpProxy\":…,\"httpsProxy\":…}}} in "
                + "~/.docker/config.json; for pulls set the daemon's HTTPS_PROXY",
            "apt:    Acquire::http::Proxy and Acquire::https::Proxy in /etc/apt/apt.conf.d/",
        ]
    }

    private var hostAndPort: (host: String, port: String) {
        guard let colon = authority.lastIndex(of: ":") else { return (authority, "") }
        return (String(authority[..<colon]), String(authority[authority.index(after: colon)...]))
    }

    /// Everything but unreserved characters as `%XX`: there is no client that reads it wrongly.
    static func percentEncoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if ASCII.isLetter(byte) || ASCII.isDigit(byte) || "-._~".utf8.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + Hexadecimal.encode([byte]).uppercased()
            }
        }
        return result
    }
}
