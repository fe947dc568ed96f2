// Certificates from the command line: made, renewed, rotated and looked at, in folders.

import ClawgressMesh
import ClawgressSealing
import Foundation
import Testing

@Suite("clawgress pki")
struct PKICommandsTests {
    private let world: CommandWorld

    init() throws {
        world = try CommandWorld()
        let made = try Self.made.get()
        for name in ["pki", "mesh", "credential"] {
            try FileManager.default.copyItem(atPath: made.path(name), toPath: world.path(name))
        }
    }

    /// An authority, and a service's folder: made once, because sealing is slow on purpose.
    private static let made = Result {
        let world = try CommandWorld()
        try world.write("the policy's own", to: "credential")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600],
            ofItemAtPath: world.path("credential")
        )
        for arguments in [
            ["init", "@pki"],
            [
                "issue", "@pki", "policy/policy", "--to", "@mesh", "--credential", "@credential",
                "--dns", "localhost",
            ],
        ] {
            let result = world.run(
                arguments: ["pki"] + arguments + ["--passphrase-file", "@passphrase"]
            )
            guard result.code == 0 else { throw CommandWorld.Failure(text: result.errors) }
        }
        return world
    }

    /// Writes the service's credential.
    private func credential(_ text: String, mode: Int = 0o600) throws {
        try world.write(text, to: "credential")
        try FileManager.default.setAttributes(
            [.posixPermissions: mode],
            ofItemAtPath: world.path("credential")
        )
    }

    private func pki(_ arguments: String...) -> CommandResult {
        world.run(arguments: ["pki"] + arguments + ["--passphrase-file", "@passphrase"])
    }

    private func issue(_ identity: String, to folder: String, _ more: String...) -> CommandResult {
        world.run(
            arguments: [
                "pki", "issue", "@pki", identity, "--to", folder, "--credential", "@credential",
                "--passphrase-file", "@passphrase",
            ] + more
        )
    }

    /// The identity of a mesh folder that opens with the service's credential.
    private func open(_ folder: String) throws -> MeshFolder {
        try MeshFolder(
            path: world.path(folder),
            passphrase: Passphrase(credential: world.path("credential"))
        )
    }

    @Test("init and issue make a folder that a service opens, and show lists them")
    func issue() throws {
        let folder = try open("mesh")
        #expect(folder.identity == MeshIdentity(.policy, "policy"))
        let digest = try #require(folder.authorities.digests.first)
        #expect(folder.authorities.digests.count == 1)
        #expect(try world.mode("pki/ca-\(digest.dropFirst(7).prefix(16)).sealed") == 0o600)
        #expect(try world.mode("mesh/key.sealed") == 0o600)

        for name in ["@pki", "@mesh"] {
            let shown = world.run("pki", "show", name)
            #expect(shown.code == 0 && shown.errors.isEmpty, "\(shown.errors)")
            #expect(shown.lines.count == 3)
            #expect(shown.output.contains(digest))
            #expect(shown.output.contains("policy/policy"))
            #expect(shown.output.contains(folder.certificate.digest))
        }
    }

    @Test("init never replaces an authority")
    func twice() throws {
        let before = try world.read("pki/ca.pem")
        let again = pki("init", "@pki")
        #expect(again.code == 73 && again.errors.contains("pki rotate"))
        #expect(try world.read("pki/ca.pem") == before)
    }

    @Test("show warns of what ends soon, and of what has ended")
    func warnings() {
        #expect(issue("gateway/gw-1", to: "@gw-1", "--days", "40").code == 0)
        #expect(world.run("pki", "show", "@pki").code == 0)
        let warned = world.run("pki", "show", "@pki", "--warn-days", "41")
        #expect(warned.code == 1)
        #expect(warned.errors.contains("gateway/gw-1 ends in 40 days"))
        #expect(warned.errors.contains("pki issue"))
        #expect(!warned.errors.contains("authority"))
        #expect(warned.output.contains("ends soon"))
    }

    @Test("rotate goes through two authorities, and finishes only when nothing is left behind")
    func rotate() throws {
        let folder = try open("mesh")
        let old = folder.authorities.digests
        let rotated = pki("rotate", "@pki", "--to", "@mesh")
        #expect(rotated.code == 0, "\(rotated.errors)")
        #expect(folder.authorities.digests.count == 2)
        #expect(folder.authorities.digests[1] == old[0])

        let early = pki("rotate", "@pki", "--finish", "--to", "@mesh")
        #expect(early.code == 1)
        #expect(early.errors.contains("`policy/policy`"))
        #expect(folder.authorities.digests.count == 2)
        let again = pki("rotate", "@pki")
        #expect(again.code == 65 && again.errors.contains("--finish"))

        #expect(issue("policy/policy", to: "@mesh").code == 0)
        let finished = pki("rotate", "@pki", "--finish", "--to", "@mesh")
        #expect(finished.code == 0, "\(finished.errors)")
        #expect(folder.authorities.digests.count == 1)
        #expect(folder.authorities.digests != old)
        #expect(folder.problem == nil)
    }

    @Test("rotate changes nothing if a folder to update is none")
    func misspeltFolder() throws {
        let before = try world.read("pki/ca.pem")
        let result = pki("rotate", "@pki", "--to", "@mehs")
        #expect(result.code == 66 && result.errors.contains("no mesh folder"))
        #expect(try world.read("pki/ca.pem") == before)
    }

    static let refused: [([String], Int32, String)] = [
        (["policy/Policy"], 64, "is invalid"),
        (["server/a"], 64, "is invalid"),
        (["policy/policy", "--dns", "policy.clawgress.internal"], 65, "belong to the services"),
        (["policy/policy", "--address", "localhost"], 65, "`localhost`"),
        (["policy/policy", "--days", "4000"], 65, "4000 days"),
        (["policy/policy", "--days", "2000"], 65, "outlive"),
    ]

    @Test("issue refuses what it cannot stand for", arguments: refused)
    func refusals(arguments: [String], code: Int32, text: String) throws {
        let result = world.run(
            arguments: ["pki", "issue", "@pki"] + arguments + [
                "--to", "@other", "--credential", "@credential", "--passphrase-file", "@passphrase",
            ]
        )
        #expect(result.code == code, "\(result.errors)")
        #expect(result.errors.contains(text))
        #expect(!FileManager.default.fileExists(atPath: world.path("other")))
    }

    @Test("issue refuses a credential that others may read")
    func exposedCredential() throws {
        try credential("the policy's own", mode: 0o644)
        let result = issue("policy/policy", to: "@mesh")
        #expect(result.code == 77 && result.errors.contains("chmod 600"))
    }

    @Test("a wrong passphrase opens no authority, and is told apart from a missing one")
    func wrongPassphrase() throws {
        try world.write("another passphrase", to: "passphrase")
        let wrong = issue("policy/policy", to: "@mesh")
        #expect(wrong.code == 77 && wrong.errors.contains("passphrase is wrong"))
        let missing = world.run("pki", "rotate", "@nowhere", "--passphrase-file", "@passphrase")
        #expect(missing.code == 66 && missing.errors.contains("nowhere/ca.pem"))
    }
}
