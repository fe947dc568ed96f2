// What a newcomer gets is what the examples show, and it is good.

import ClawgressBundleSigning
import ClawgressModel
import Foundation
import Testing

@Suite("The starter source")
struct StarterSourceTests {
    @Test("is the text of the example in the repository")
    func sameAsExample() throws {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
        let repository = (0..<4).reduce(file) { url, _ in url.deletingLastPathComponent() }
        let example = try String(
            contentsOf: repository.appending(path: "Examples/starter/clawgress.yaml"),
            encoding: .utf8
        )
        let world = try CommandWorld.withStarter()
        #expect(try world.read("bundle/clawgress.yaml") == example)
    }

    @Test("has no warnings, two agents, and allows nothing that is not listed")
    func content() throws {
        let world = try CommandWorld.withStarter()
        let source = try BundleSource.load(world.path("bundle"), now: CommandWorld.now)
        #expect(source.warnings == [])
        #expect(source.snapshot.agents.map(\.agentID) == ["crawler", "builder"])
        let denied = world.run(
            "explain",
            "crawler",
            "CONNECT",
            "example.com:443",
            "--bundle",
            "@bundle"
        )
        #expect(denied.code == 1 && denied.output.contains("default_deny"))
    }
}
