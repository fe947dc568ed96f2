// From an empty folder to a bundle that a gateway takes.

import ClawgressBundle
import ClawgressJWS
import ClawgressModel
import ClawgressSealing
import Foundation
import Testing

@Suite("clawgress bundle")
struct BundleCommandsTests {
    private func verify(_ world: CommandWorld, _ name: String = "bundle/bundle.jws") throws
        -> Snapshot
    {
        let key = try VerificationKey(jwkText: world.read("bundle/signing-key.pub.jwk"))
        return try SignedBundle.verify(Array(world.read(name).utf8), trustedKeys: [key])
    }

    @Test("init makes a source, a sealed key and its public half, and says what is next")
    func initialise() throws {
        let world = try CommandWorld()
        let result = world.run("bundle", "init", "@bundle", "--passphrase-file", "@passphrase")
        #expect(result.code == 0 && result.errors.isEmpty)
        #expect(result.lines.count == 5)
        #expect(result.output.contains("clawgress bundle publish \(world.path("bundle"))"))
        let names = try FileManager.default.contentsOfDirectory(atPath: world.path("bundle"))
        #expect(
            names.sorted()
                == ["clawgress.yaml", "keys.yaml", "signing-key.pub.jwk", "signing-key.sealed"]
        )
        #expect(try world.mode("bundle/signing-key.sealed") == 0o600)
        #expect(try world.mode("bundle/keys.yaml") == 0o600)
        #expect(try !world.read("bundle/signing-key.sealed").contains("\"d\""))
    }

    @Test("the three commands that init prints work as printed")
    func nextCommands() throws {
        let world = try CommandWorld.withStarter()
        #expect(world.run("key", "create", "crawler", "--source", "@bundle").code == 0)
        let explained = world.run(
            "explain",
            "crawler",
            "CONNECT",
            "pypi.org:443",
            "--bundle",
            "@bundle"
        )
        #expect(explained.code == 0)
        let published = world.run(
            "bundle",
            "publish",
            "@bundle",
            environment: ["CREDENTIALS_DIRECTORY": world.folder + "/none"],
            answers: ["correct horse battery"]
        )
        #expect(published.code == 0, "\(published.errors)")
        #expect(try verify(world).agents[0].keys.count == 1)
    }

    @Test("init never overwrites a key")
    func overwrite() throws {
        let world = try CommandWorld.withStarter()
        let before = try world.read("bundle/signing-key.sealed")
        let result = world.run("bundle", "init", "@bundle", "--passphrase-file", "@passphrase")
        #expect(result.code == 73 && result.errors.contains("is there already"))
        #expect(try world.read("bundle/signing-key.sealed") == before)
    }

    @Test("says where a passphrase can come from when there is none")
    func noPassphrase() throws {
        let world = try CommandWorld()
        let result = world.run("bundle", "init", "@bundle")
        #expect(result.code == 66)
        #expect(result.errors.contains("--passphrase-file") && result.errors.contains("terminal"))
        #expect(!FileManager.default.fileExists(atPath: world.path("bundle")))
    }

    @Test("takes the passphrase from the service manager's credential")
    func credential() throws {
        let world = try CommandWorld.withStarter()
        try world.write("correct horse battery", to: "clawgress-passphrase")
        let result = world.run(
            "bundle",
            "publish",
            "@bundle",
            environment: ["CREDENTIALS_DIRECTORY": world.folder]
        )
        #expect(result.code == 0)
    }

    @Test("asks twice for a new passphrase and refuses two different ones")
    func askedTwice() throws {
        let world = try CommandWorld()
        let differing = world.run(
            "bundle",
            "init",
            "@bundle",
            answers: ["one two three", "one two"]
        )
        #expect(differing.code != 0)
        #expect(!FileManager.default.fileExists(atPath: world.path("bundle/signing-key.sealed")))
        let same = world.run(
            "bundle",
            "init",
            "@bundle",
            answers: ["one two three", "one two three"]
        )
        #expect(same.code == 0)
    }

    @Test("refuses a wrong passphrase and leaves the old bundle in place")
    func wrongPassphrase() throws {
        let world = try CommandWorld.withStarter()
        try world.write("something else", to: "wrong")
        #expect(
            world.run("bundle", "publish", "@bundle", "--passphrase-file", "@passphrase").code == 0
        )
        let before = try world.read("bundle/bundle.jws")
        let result = world.run("bundle", "publish", "@bundle", "--passphrase-file", "@wrong")
        #expect(result.code == 77 && result.errors.contains("passphrase is wrong"))
        #expect(try world.read("bundle/bundle.jws") == before)
    }

    @Test("each publication has the next serial, also into another folder")
    func serials() throws {
        let world = try CommandWorld.withStarter()
        for serial: Int64 in 1...3 {
            let result = world.run(
                "bundle",
                "publish",
                "@bundle",
                "--passphrase-file",
                "@passphrase"
            )
            #expect(result.code == 0)
            #expect(try verify(world).order == BundleOrder(epoch: 1, serial: serial))
        }
        try FileManager.default.copyItem(
            atPath: world.path("bundle/bundle.jws"),
            toPath: world.path("bundle.jws")
        )
        let result = world.run(
            "bundle",
            "publish",
            "@bundle",
            "--to",
            world.folder,
            "--passphrase-file",
            "@passphrase"
        )
        #expect(result.code == 0)
        #expect(try verify(world, "bundle.jws").order == BundleOrder(epoch: 1, serial: 4))
        #expect(try verify(world).order == BundleOrder(epoch: 1, serial: 3))
    }

    @Test("does not guess a serial after a bundle that another key signed")
    func foreignBundle() throws {
        let world = try CommandWorld.withStarter()
        try world.write("eyJhIjoxfQ.e30.AA", to: "bundle/bundle.jws")
        let result = world.run("bundle", "publish", "@bundle", "--passphrase-file", "@passphrase")
        #expect(result.code == 65 && result.errors.contains("give --epoch and --serial"))
    }

    @Test("build and sign do in two steps what publish does in one")
    func buildAndSign() throws {
        let world = try CommandWorld.withStarter()
        let built = world.run("bundle", "build", "--source", "@bundle", "--output", "@bundle.json")
        #expect(built.code == 0)
        let signed = world.run(
            "bundle",
            "sign",
            "--key",
            "@bundle/signing-key.sealed",
            "--passphrase-file",
            "@passphrase",
            "@bundle.json",
            "--output",
            "@bundle/bundle.jws",
            "--serial",
            "41"
        )
        #expect(signed.code == 0, "\(signed.errors)")
        let snapshot = try verify(world)
        #expect(snapshot.order == BundleOrder(epoch: 1, serial: 41))
        #expect(snapshot.issuedAt == CommandWorld.now)
        let verified = world.run(
            "bundle",
            "verify",
            "--key",
            "@bundle/signing-key.pub.jwk",
            "@bundle/bundle.jws"
        )
        #expect(verified.code == 0)
        #expect(verified.lines[0] == "good: epoch 1, serial 41, \(snapshot.revision)")
        let raised = world.run(
            "bundle",
            "sign",
            "--key",
            "@bundle/signing-key.sealed",
            "--passphrase-file",
            "@passphrase",
            "@bundle.json",
            "--output",
            "@bundle/bundle.jws",
            "--epoch",
            "2"
        )
        #expect(raised.code == 0)
        #expect(try verify(world).order == BundleOrder(epoch: 2, serial: 1))
    }

    @Test("build writes the same bytes to standard output and to a file")
    func buildOutput() throws {
        let world = try CommandWorld.withStarter()
        _ = world.run("bundle", "build", "--source", "@bundle", "--output", "@bundle.json")
        let printed = world.run("bundle", "build", "--source", "@bundle/clawgress.yaml")
        #expect(printed.code == 0)
        #expect(try world.read("bundle.json") == printed.output)
    }

    @Test("build lists all problems with their places")
    func problems() throws {
        let world = try CommandWorld()
        try world.write("polcies: []\nagents: 5\n", to: "clawgress.yaml")
        let result = world.run("bundle", "build", "--source", world.folder)
        #expect(result.code == 65 && result.output.isEmpty)
        #expect(
            result.errors == """
                clawgress: clawgress.yaml:1:1: unknown key `polcies`, did you mean `policies`?
                clawgress: clawgress.yaml:2:9: `agents` must be a list, such as `[first, second]`

                """
        )
    }

    @Test("sign refuses content that no gateway would take")
    func signsNothingBad() throws {
        let world = try CommandWorld.withStarter()
        _ = world.run("bundle", "build", "--source", "@bundle", "--output", "@bundle.json")
        let bad = try world.read("bundle.json").replacing("pastebin.com", with: "paste bin")
        try world.write(bad, to: "bundle.json")
        let result = world.run(
            "bundle",
            "sign",
            "--key",
            "@bundle/signing-key.sealed",
            "--passphrase-file",
            "@passphrase",
            "@bundle.json",
            "--output",
            "@out.jws"
        )
        #expect(result.code == 65 && result.errors.contains("`paste bin`"))
        #expect(!FileManager.default.fileExists(atPath: world.path("out.jws")))
    }

    @Test("verify refuses another key and a changed bundle")
    func verifyRefuses() throws {
        let world = try CommandWorld.withStarter()
        _ = world.run("bundle", "publish", "@bundle", "--passphrase-file", "@passphrase")
        _ = world.run("bundle", "init", "@other", "--passphrase-file", "@passphrase")
        let stranger = world.run(
            "bundle",
            "verify",
            "--key",
            "@other/signing-key.pub.jwk",
            "@bundle/bundle.jws"
        )
        #expect(stranger.code == 65 && stranger.errors.contains("not trusted"))
        let text = try world.read("bundle/bundle.jws")
        let parts = text.split(separator: ".")
        try world.write("\(parts[0]).e30.\(parts[2])", to: "changed.jws")
        let changed = world.run(
            "bundle",
            "verify",
            "--key",
            "@bundle/signing-key.pub.jwk",
            "@changed.jws"
        )
        #expect(changed.code == 65 && changed.errors.contains("signature is invalid"))
    }

    @Test("show tells a source, a built and a signed bundle apart")
    func show() throws {
        let world = try CommandWorld.withStarter()
        _ = world.run("bundle", "build", "--source", "@bundle", "--output", "@bundle.json")
        _ = world.run("bundle", "publish", "@bundle", "--passphrase-file", "@passphrase")
        #expect(world.run("bundle", "show", "@bundle").output.hasPrefix("source, sha256:"))
        #expect(world.run("bundle", "show", "@bundle.json").output.hasPrefix("unsigned bundle, "))
        let signed = world.run("bundle", "show", "@bundle/bundle.jws")
        #expect(signed.output.hasPrefix("signed bundle (signature not checked): epoch 1, serial 1"))
        #expect(signed.output.contains("crawler") && signed.output.contains("deny-paste-sites"))
        let json = world.run("bundle", "show", "@bundle/bundle.jws", "--json")
        let snapshot = try SnapshotReader.read(Array(json.output.utf8))
        #expect(snapshot == (try verify(world)))
    }

    @Test("a missing file is named", arguments: ["show", "sign", "verify"])
    func missing(command: String) throws {
        let world = try CommandWorld()
        let extra = command == "show" ? [] : ["--key", world.path("absent")]
        let output = command == "sign" ? ["--output", world.path("out")] : []
        let result = world.run(
            arguments: ["bundle", command] + extra + output + [world.path("absent")]
        )
        #expect(result.code == 66 && result.errors.contains("absent"))
    }
}
