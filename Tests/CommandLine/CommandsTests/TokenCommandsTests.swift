// Tokens that the product's own strict layer takes.

import ClawgressBytes
import ClawgressJWS
import Testing

@Suite("clawgress token")
struct TokenCommandsTests {
    private func mint(_ world: CommandWorld, _ extra: [String] = []) -> CommandResult {
        world.run(
            arguments: [
                "token", "mint", "--key", "@issuer.sealed", "--passphrase-file", "@passphrase",
                "--issuer", "https://issuer.example", "--agent", "crawler",
            ] + extra
        )
    }

    @Test("mints what the public key verifies", arguments: ["EdDSA", "ES256", "RS256", "PS256"])
    func mint(algorithm: String) throws {
        let world = try CommandWorld()
        let made = world.run(
            "token",
            "issuer-key",
            "create",
            "@issuer",
            "--algorithm",
            algorithm,
            "--passphrase-file",
            "@passphrase"
        )
        #expect(made.code == 0)
        #expect(try world.mode("issuer.sealed") == 0o600)
        let result = mint(
            world,
            ["--audience", "clawgress", "--ttl", "10m", "--claim", "team_id=r=d"]
        )
        #expect(result.code == 0 && result.lines.count == 1)
        let bytes = Array(result.lines[0].utf8)
        let token = try CompactJWS(parsing: bytes.span)
        let key = try VerificationKey(jwkText: world.read("issuer.pub.jwk"))
        try token.verify(with: key)
        #expect(token.header.keyID == key.keyID && token.header.type == "JWT")
        let claims = try StrictJSON.read(token.payload.span)
        #expect(claims["iss"]?.text == "https://issuer.example")
        #expect(claims["aud"]?.text == "clawgress")
        #expect(claims["agent_id"]?.text == "crawler")
        #expect(claims["team_id"]?.text == "r=d")
        #expect(claims["iat"]?.integer == CommandWorld.now)
        #expect(claims["exp"]?.integer == CommandWorld.now + 600)
        #expect(claims["jti"]?.text?.utf8.count == 32)
    }

    @Test("several audiences are a list, and no two tokens are alike")
    func audiences() throws {
        let world = try CommandWorld()
        _ = world.run(
            "token",
            "issuer-key",
            "create",
            "@issuer",
            "--passphrase-file",
            "@passphrase"
        )
        let arguments = ["--audience", "one", "--audience", "two", "--agent-claim", "sub"]
        let first = mint(world, arguments)
        let bytes = Array(first.lines[0].utf8)
        let token = try CompactJWS(parsing: bytes.span)
        let claims = try StrictJSON.read(token.payload.span)
        #expect(claims["aud"] == .array([.string("one"), .string("two")]))
        #expect(claims["sub"]?.text == "crawler" && claims["agent_id"] == nil)
        #expect(mint(world, arguments).output != first.output)
    }

    @Test(
        "refuses claims that other options set, and malformed ones",
        arguments: ["exp=5", "agent_id=x", "noequals", "=x"]
    )
    func claims(text: String) throws {
        let world = try CommandWorld()
        #expect(mint(world, ["--audience", "a", "--claim", text]).code == 64)
    }

    @Test("refuses an agent id that no agent can have")
    func agent() throws {
        let world = try CommandWorld()
        #expect(mint(world, ["--audience", "a", "--agent", "No Body"]).code == 64)
    }

    @Test("refuses an unknown algorithm, and lists the known ones")
    func algorithm() throws {
        let world = try CommandWorld()
        let result = world.run("token", "issuer-key", "create", "@issuer", "--algorithm", "none")
        #expect(result.code == 64 && result.errors.contains("EdDSA"))
    }
}
