// Holds the import graph against the architecture. Each rule is shown a graph that breaks it.

import Testing

@Suite("The import graph")
struct ImportGraphTests {
    private static let manifest = Manifest(
        text: Repository.current.files.first { $0.path == "Package.swift" }?.text ?? ""
    )
    private static let graph = ImportGraph(
        manifest: manifest,
        files: Repository.current.swiftFiles
    )

    // MARK: - The repository

    @Test("no stage imports another stage")
    func stages() {
        expectNone(Self.graph.stagesThatKnowEachOther())
    }

    @Test("only the gateway composes the stages")
    func composition() {
        expectNone(Self.graph.stagesUsedOutsideTheGateway())
    }

    @Test("what decides imports nothing that does input or output")
    func purity() {
        expectNone(Self.graph.impureImports())
    }

    @Test("the hot path does without Foundation")
    func foundation() {
        expectNone(Self.graph.foundationOnTheHotPath())
    }

    @Test("every import is a declared dependency")
    func declared() {
        expectNone(Self.graph.undeclaredImports())
    }

    @Test("every declared dependency is imported")
    func used() {
        expectNone(Self.graph.unusedDependencies())
    }

    @Test("the gateway links no signing code")
    func signing() {
        #expect(Self.manifest.closure(of: "clawgress-gateway").contains("ClawgressBundle"))
        expectNone(Self.graph.signersInTheGateway())
    }

    @Test("no source of the gateway holds a private key")
    func privateKeys() {
        let linked = Self.manifest.closure(of: "clawgress-gateway")
        expectNone(
            Repository.current.swiftFiles(under: "Sources/")
                .filter { linked.contains(Self.manifest.target(of: $0.path)?.name ?? "") }
                .flatMap { Self.privateKeys(in: $0) }
        )
    }

    @Test("every folder with sources belongs to a target")
    func folders() {
        expectNone(Self.graph.foldersWithoutTarget())
    }

    // MARK: - Each rule can fail

    private func graph(_ declarations: String, _ path: String, _ text: String) -> ImportGraph {
        ImportGraph(
            manifest: Manifest(text: "targets: [\(declarations)]"),
            files: [SwiftText(path: path, text: text)]
        )
    }

    @Test("finds a stage that imports another stage")
    func findsStage() {
        let graph = graph(
            #".target(name: "ClawgressQuota", path: "Sources/Quota")"#,
            "Sources/Quota/A.swift",
            "import ClawgressModel\npublic import ClawgressPolicy"
        )
        #expect(graph.stagesThatKnowEachOther().map(\.line) == [2])
    }

    @Test("finds a tool that composes the request path")
    func findsComposition() {
        let graph = graph(
            #".target(name: "ClawgressCommands", path: "Sources/Commands")"#,
            "Sources/Commands/A.swift",
            "import ClawgressPolicy\nimport ClawgressForward\nimport ClawgressReactor"
        )
        #expect(graph.stagesUsedOutsideTheGateway().map(\.line) == [2, 3])
    }

    @Test("lets a service that keeps a spool have the spool, and no other stage")
    func findsCompositionInServices() {
        for (target, lines) in [("ClawgressAdminAPI", [2]), ("ClawgressPolicyService", [1, 2])] {
            let graph = graph(
                ".target(name: \"\(target)\", path: \"Sources/A\")",
                "Sources/A/A.swift",
                "import ClawgressAudit\nimport ClawgressPolicy"
            )
            #expect(graph.stagesUsedOutsideTheGateway().map(\.line) == lines)
        }
    }

    @Test("finds input and output where decisions are made", arguments: ["Foundation", "Glibc"])
    func findsImpurity(module: String) {
        let graph = graph(
            #".target(name: "ClawgressForward", path: "Sources/Forward")"#,
            "Sources/Forward/A.swift",
            "import ClawgressBytes\n@preconcurrency internal import \(module)"
        )
        #expect(graph.impureImports().map(\.line) == [2])
    }

    @Test("finds Foundation on the hot path")
    func findsFoundation() {
        let graph = graph(
            #".target(name: "ClawgressAudit", path: "Sources/Audit")"#,
            "Sources/Audit/A.swift",
            "import Glibc\nimport struct Foundation.Date"
        )
        #expect(graph.foundationOnTheHotPath().map(\.line) == [2])
    }

    @Test("finds an import that the manifest does not declare")
    func findsUndeclared() {
        let graph = graph(
            #".testTarget(name: "A", dependencies: ["B", .product(name: "C", package: "d")])"#,
            "Tests/A/A.swift",
            "import Testing\nimport A\nimport B\nimport C\nimport d\n// import E\nimport F.G"
        )
        #expect(graph.undeclaredImports().map(\.line) == [5, 7])
    }

    @Test("finds a dependency that nobody imports")
    func findsUnused() {
        let graph = graph(
            "\n.target(name: \"A\", dependencies: [\"B\", \"C\"])",
            "Sources/A/A.swift",
            "import B"
        )
        #expect(graph.unusedDependencies().map(\.line) == [2])
    }

    @Test("finds a signer behind the gateway's dependencies")
    func findsSigner() {
        let graph = graph(
            """
            .executableTarget(name: "clawgress-gateway", dependencies: ["A"]),
            // .target(name: "B", dependencies: ["ClawgressBundleSigning"]),
            .target(name: "A", dependencies: ["ClawgressBundleSigning"]),
            .target(name: "C", dependencies: ["ClawgressBundleSigning"]),
            """,
            "Sources/A/A.swift",
            ""
        )
        #expect(graph.signersInTheGateway().map(\.line) == [3])
    }

    @Test("finds a folder that no target builds")
    func findsFolder() {
        let graph = graph(
            #".target(name: "A", path: "Sources/A")"#,
            "Sources/B/A.swift",
            ""
        )
        #expect(graph.foldersWithoutTarget().map(\.file) == ["Sources/B"])
    }

    @Test("finds a private key")
    func findsPrivateKey() {
        let file = SwiftText(path: "A.swift", text: "\nlet key = Curve25519.Signing.PrivateKey()")
        #expect(Self.privateKeys(in: file).map(\.line) == [2])
    }

    @Test("reads a manifest's folders and nested targets")
    func readsManifest() {
        let manifest = Manifest(
            text:
                #"[.target(name: "A", path: "Sources/A"), .target(name: "B", path: "Sources/A/B")]"#
        )
        #expect(manifest.target(of: "Sources/A/B/C.swift")?.name == "B")
        #expect(manifest.target(of: "Sources/A/C.swift")?.name == "A")
        #expect(manifest.target(of: "Sources/C/C.swift") == nil)
    }

    private static func privateKeys(in file: SwiftText) -> [Finding] {
        file.code.enumerated().filter { Word("PrivateKey").occurs(in: $0.element) }.map {
            Finding(
                file: file.path,
                line: $0.offset + 1,
                message: "`PrivateKey` is linked into the gateway: move it to a `…Signing` target"
            )
        }
    }
}
