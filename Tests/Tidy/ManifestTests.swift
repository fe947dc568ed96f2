// The rules about imports are only as good as what they read of the manifest, so the two short
// forms in which most targets are declared are held to SwiftPM's own.

import Testing

@Suite("The manifest")
struct ManifestTests {
    private static let manifest = Manifest(
        text: """
            .target(name: "ClawgressBytes", path: "Sources/Bytes"),
            .module("Platform/JWS", uses: ["Bytes", "Crypto"]),
            .module("Model", uses: ["JWS"]),
            .tests("Platform/JWS", uses: ["JWS"], exclude: ["Cases"]),
            """
    )

    @Test("a module has its prefix, its folder, and what it uses")
    func modules() throws {
        let module = try #require(Self.manifest.targets.first { $0.name == "ClawgressJWS" })
        #expect(module.folder == "Sources/Platform/JWS/")
        #expect(module.dependencies == ["ClawgressBytes", "Crypto"])
        #expect(!module.isTest)
        #expect(module.line == 2)
        #expect(Self.manifest.closure(of: "ClawgressModel").contains("ClawgressBytes"))
        #expect(Self.manifest.target(of: "Sources/Model/A.swift")?.name == "ClawgressModel")
    }

    @Test("tests lie beside the module's place, and what they leave out is nothing they use")
    func tests() throws {
        let tests = try #require(Self.manifest.targets.first { $0.isTest })
        #expect(tests.name == "JWSTests")
        #expect(tests.folder == "Tests/Platform/JWSTests/")
        #expect(tests.dependencies == ["ClawgressJWS"])
    }
}
