// A signed token for one agent.

import ArgumentParser
import ClawgressBytes
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressModel

/// `clawgress token mint`.
struct TokenMint: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "mint",
        abstract: "Signs a token (JWT) for an agent.",
        discussion: """
            Example:
              clawgress token mint --key issuer.sealed --issuer https://issuer.example \\
                --audience clawgress --agent crawler --ttl 1h

            The token goes to standard output. Clients send it as `Proxy-Authorization: Bearer`, \
            or as the password of Basic.
            """
    )

    /// Claims that the other options are for.
    private static var reserved: [String] { ["iss", "aud", "exp", "nbf", "iat", "jti"] }

    @Option(help: ArgumentHelp("The issuer's sealed key.", valueName: "file"))
    var key: String

    @Option(help: ArgumentHelp("The `iss` claim, as the bundle names it.", valueName: "text"))
    var issuer: String

    @Option(help: ArgumentHelp("The `aud` claim; may be repeated.", valueName: "text"))
    var audience: [String]

    @Option(help: ArgumentHelp("The agent's id.", valueName: "agent"))
    var agent: String

    @Option(help: ArgumentHelp("The claim that names the agent.", valueName: "name"))
    var agentClaim = "agent_id"

    @Option(help: ArgumentHelp("How long the token holds.", valueName: "span"))
    var ttl = LifeSpan(seconds: 3_600)

    @Option(help: ArgumentHelp("Another claim; may be repeated.", valueName: "name=text"))
    var claim: [String] = []

    @OptionGroup var sealing: SealingOptions

    func validate() throws {
        guard !audience.isEmpty else { throw ValidationError("give an audience with --audience") }
        guard Identifier.isValid(agent) else {
            throw ValidationError("`\(agent)` is no valid agent id")
        }
        var seen = Set([agentClaim])
        for text in claim {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw ValidationError("`\(text)` is no claim; write name=text")
            }
            let name = String(text[..<equals])
            guard !Self.reserved.contains(name), seen.insert(name).inserted else {
                throw ValidationError("the claim `\(name)` is set already")
            }
        }
    }

    func run(in context: CommandContext) throws {
        let key = try sealing.openKey(self.key, in: context)
        let payload = JSONValue.object(claims(now: context.now())).jsonText
        let type = JSONMember("typ", .string("JWT"))
        context.terminal.line(try key.sign(header: [type], payload: Array(payload.utf8)))
    }

    private func claims(now: Int64) -> [JSONMember] {
        let tokenID = Hexadecimal.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) })
        let audiences = audience.map { JSONValue.string($0) }
        let others = claim.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return JSONMember(String(parts[0]), .string(String(parts[1])))
        }
        return [
            JSONMember("iss", .string(issuer)),
            JSONMember("aud", audiences.count == 1 ? audiences[0] : .array(audiences)),
            JSONMember(agentClaim, .string(agent)),
            JSONMember("iat", .integer(now)),
            JSONMember("exp", .integer(now + ttl.seconds)),
            JSONMember("jti", .string(tokenID)),
        ] + others
    }
}
