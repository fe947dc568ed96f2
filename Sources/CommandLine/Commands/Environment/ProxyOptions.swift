// Which proxy, as whom: the options that `env` and `run` share.

import ArgumentParser
import ClawgressBytes
import ClawgressModel

/// The proxy and the credentials for it.
struct ProxyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The gateway, such as http://127.0.0.1:3128.", valueName: "url"))
    var proxy: String

    @Option(help: ArgumentHelp("The agent's id.", valueName: "agent"))
    var agent: String?

    @Option(help: ArgumentHelp("A file with the agent's API key or token.", valueName: "file"))
    var keyFile: String?

    @Option(help: ArgumentHelp("Hosts that are reached without the gateway.", valueName: "list"))
    var noProxy = "localhost,127.0.0.1,::1"

    func validate() throws {
        if (agent == nil) != (keyFile == nil) {
            throw ValidationError("give --agent and --key-file together")
        }
        if let agent, !Identifier.isValid(agent) {
            throw ValidationError("`\(agent)` is no valid agent id")
        }
    }

    /// The variables for these options.
    func variables() throws -> ProxyVariables {
        var credentials: (agent: String, secret: String)?
        if let agent, let keyFile { credentials = (agent, try secret(in: keyFile)) }
        return ProxyVariables(
            authority: try authority(),
            credentials: credentials,
            noProxy: noProxy
        )
    }

    /// The canonical `host:port`; the port is required, because clients guess different ones.
    private func authority() throws -> String {
        var text = proxy[...]
        if text.lowercased().hasPrefix("http://") { text = text.dropFirst("http://".count) }
        if text.hasSuffix("/") { text = text.dropLast() }
        let bytes = Array(text.utf8)
        var out = ByteBuffer(capacity: 320)
        do throws(Reason) {
            _ = try AuthorityParser.parse(bytes.span, defaultPort: nil, into: &out)
        } catch {
            let hint =
                error == .targetUserinfo
                ? "give the key with --agent and --key-file, not in the url"
                : "write http://host:port"
            throw CommandFailure(
                .usage,
                "`\(TerminalText.escaped(proxy))` is no proxy url; \(hint)"
            )
        }
        return out.bytes.string()
    }

    private func secret(in path: String) throws -> String {
        var bytes = try WholeFile.read(path, bytesMax: 16_384)
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CommandFailure(.data, "`\(path)` holds no API key or token")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
