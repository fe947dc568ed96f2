// Keys are shown once and kept as digests.

import ClawgressBundle
import ClawgressBundleSigning
import ClawgressIdentity
import ClawgressModel
import Testing

@Suite("clawgress key")
struct KeyCommandsTests {
    @Test("create prints the key alone, and keeps only what cannot give it back")
    func create() throws {
        let world = try CommandWorld.withStarter()
        let result = world.run(
            "key",
            "create",
            "crawler",
            "--source",
            "@bundle",
            "--expires",
            "90d"
        )
        #expect(result.code == 0 && result.lines.count == 1)
        let key = try #require(APIKey(result.lines[0]))
        #expect(result.errors.contains("not shown again") && result.errors.contains("publish"))
        let kept = try world.read("bundle/keys.yaml")
        #expect(kept.contains(key.keyID) && !kept.contains(key.secret))
        let source = try BundleSource.load(world.path("bundle"), now: CommandWorld.now)
        let record = try #require(source.snapshot.agents.first?.keys.first)
        #expect(
            record
                == key.record(
                    createdAt: CommandWorld.now,
                    expiresAt: CommandWorld.now + 90 * 86_400
                )
        )
    }

    @Test("create can write the key to a file for its owner only")
    func createFile() throws {
        let world = try CommandWorld.withStarter()
        let result = world.run(
            "key",
            "create",
            "builder",
            "--source",
            "@bundle",
            "--output",
            "@builder.key"
        )
        #expect(result.code == 0 && result.output.isEmpty)
        #expect(APIKey(try world.read("builder.key").replacing("\n", with: "")) != nil)
        #expect(try world.mode("builder.key") == 0o600)
        let again = world.run(
            "key",
            "create",
            "builder",
            "--source",
            "@bundle",
            "--output",
            "@builder.key"
        )
        #expect(again.code == 73)
        #expect(try KeyFile.load(folder: world.path("bundle")).entries.count == 1)
    }

    @Test("create refuses an undeclared agent and names the declared ones")
    func undeclared() throws {
        let world = try CommandWorld.withStarter()
        let result = world.run("key", "create", "crawl", "--source", "@bundle")
        #expect(result.code == 65)
        #expect(
            result.errors.contains("undeclared agent `crawl`; declared are: `crawler`, `builder`")
        )
    }

    @Test("a third live key is refused until one is revoked")
    func rotation() throws {
        let world = try CommandWorld.withStarter()
        let first = world.run("key", "create", "crawler", "--source", "@bundle")
        let key = try #require(APIKey(first.lines[0]))
        #expect(world.run("key", "create", "crawler", "--source", "@bundle").code == 0)
        let third = world.run("key", "create", "crawler", "--source", "@bundle")
        #expect(third.code == 65 && third.output.isEmpty && third.errors.contains(key.keyID))
        let revoked = world.run("key", "revoke", key.keyID, "--source", "@bundle")
        #expect(revoked.code == 0 && revoked.output == "revoked \(key.keyID) of agent crawler\n")
        #expect(world.run("key", "create", "crawler", "--source", "@bundle").code == 0)
        let list = world.run("key", "list", "--source", "@bundle")
        #expect(list.lines.count == 4)
        #expect(list.lines.contains { $0.contains(key.keyID) && $0.contains("revoked") })
        #expect(list.lines.filter { $0.contains("live") }.count == 2)
    }

    @Test("revoking an unknown key says how to find the right one")
    func unknown() throws {
        let world = try CommandWorld.withStarter()
        let result = world.run("key", "revoke", "abcdefghijkl", "--source", "@bundle")
        #expect(result.code == 65 && result.errors.contains("clawgress key list"))
    }

    @Test(
        "refuses a span of time that it cannot read",
        arguments: ["90", "d", "-1d", "1y", "99999d"]
    )
    func spans(text: String) throws {
        let world = try CommandWorld.withStarter()
        let result = world.run(
            "key",
            "create",
            "crawler",
            "--source",
            "@bundle",
            "--expires=\(text)"
        )
        #expect(result.code == 64)
        #expect(try KeyFile.load(folder: world.path("bundle")).entries.isEmpty)
    }
}
