// The options of every command that talks to a control plane, and where their values come from.

import ArgumentParser
import ClawgressBytes

/// Where the admin API is, and as whom to ask.
struct APIAccess: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The admin API's address; or $CLAWGRESS_API, or that of the last login.",
            valueName: "url"
        )
    )
    var api: String?

    @Option(
        help: ArgumentHelp(
            "The CA certificate to trust, in PEM; or $CLAWGRESS_CA, or that of the last login.",
            valueName: "file"
        )
    )
    var ca: String?

    @Option(
        help: ArgumentHelp(
            "A file with the operator token; or $CLAWGRESS_TOKEN, or that of the last login.",
            valueName: "file"
        )
    )
    var tokenFile: String?

    /// Whether any of them is given.
    var isGiven: Bool { api != nil || ca != nil || tokenFile != nil }

    /// Gathers what is needed for a request.
    ///
    /// - Parameter withToken: whether a token is needed, as by all but a login.
    func endpoint(in context: CommandContext, withToken: Bool = true) throws -> APIEndpoint {
        let environment = context.environment
        let kept = try ContextFile.read(environment: environment)
        guard let url = api ?? environment["CLAWGRESS_API"] ?? kept?.api else {
            throw CommandFailure(
                .usage,
                "which control plane? Give --api https://host:port or CLAWGRESS_API, or log in"
            )
        }
        // A token kept for one system is never sent to another.
        let known = kept.flatMap { $0.api == Self.trimmed(url) ? $0 : nil }
        let token = try withToken ? self.token(environment, kept: known?.token) : nil
        return APIEndpoint(
            url: try Self.checked(url),
            authority: try authority(environment, kept: known?.authority),
            token: token
        )
    }

    private func authority(_ environment: [String: String], kept: String?) throws -> [UInt8] {
        if let path = ca ?? environment["CLAWGRESS_CA"] {
            return try WholeFile.read(path, bytesMax: ContextFile.bytesMax)
        }
        guard let kept else {
            throw CommandFailure(
                .usage,
                "whom to trust? Give the control plane's CA certificate with --ca FILE or "
                    + "CLAWGRESS_CA"
            )
        }
        return Array(kept.utf8)
    }

    private func token(_ environment: [String: String], kept: String?) throws -> String {
        var text = environment["CLAWGRESS_TOKEN"] ?? kept
        if let tokenFile {
            text = String(
                decoding: try WholeFile.read(tokenFile, bytesMax: 4_096),
                as: UTF8.self
            )
        }
        guard let token = text?.split(whereSeparator: \.isWhitespace).first, token.count <= 512
        else {
            throw CommandFailure(
                .noPermission,
                "nobody is logged in: run `clawgress login`, or give --token-file FILE"
            )
        }
        guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CommandFailure(.data, "the token has characters that no token has")
        }
        return String(token)
    }

    private static func checked(_ url: String) throws -> String {
        let trimmed = trimmed(url)
        let rest = trimmed.dropFirst("https://".count)
        guard trimmed.hasPrefix("https://"), !rest.isEmpty,
            !rest.contains(where: { "/?#@ ".contains($0) })
        else {
            throw CommandFailure(
                .usage,
                "`\(url)` is no address of the API; write https://host:port"
            )
        }
        return trimmed
    }

    private static func trimmed(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}

/// The same, for commands that print what the API answers.
struct APIOptions: ParsableArguments {
    @OptionGroup var access: APIAccess

    @Flag(help: "Print the API's answer as JSON.")
    var json = false

    /// Gathers what is needed for a request.
    ///
    /// - Parameter withToken: whether a token is needed, as by all but a login.
    func endpoint(in context: CommandContext, withToken: Bool = true) throws -> APIEndpoint {
        try access.endpoint(in: context, withToken: withToken)
    }
}
