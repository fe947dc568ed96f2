// Who imports whom, and the rules of the architecture about it. A rule is a function over the
// graph, so a test can hand it a graph of its own.

/// The imports of every target, and the manifest they are held against.
struct ImportGraph {
    /// One import statement.
    struct Import {
        let target: Manifest.Target
        let module: String
        let file: String
        let line: Int

        func finding(_ message: String) -> Finding {
            Finding(file: file, line: line, message: message)
        }
    }

    let manifest: Manifest
    let imports: [Import]
    /// Folders with Swift files that no target builds.
    private let strayFolders: Set<String>

    init(manifest: Manifest, files: [SwiftText]) {
        self.manifest = manifest
        strayFolders = Set(
            files.map(\.path)
                .filter { $0.hasPrefix("Sources/") || $0.hasPrefix("Tests/") }
                .filter { manifest.target(of: $0) == nil }
                .map { $0.split(separator: "/").dropLast().joined(separator: "/") }
        )
        imports = files.flatMap { file -> [Import] in
            guard let target = manifest.target(of: file.path) else { return [] }
            return file.code.enumerated().compactMap { offset, line in
                Self.module(importedBy: line).map {
                    Import(target: target, module: $0, file: file.path, line: offset + 1)
                }
            }
        }
    }

    /// The module that a line of code imports, whatever attributes or access level it has.
    static func module(importedBy line: String) -> String? {
        let words = line.split { $0 == " " || $0 == ";" }
        guard let keyword = words.firstIndex(of: "import"),
            words[..<keyword].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains($0) })
        else { return nil }
        let name = words[(keyword + 1)...].first { !declarationKinds.contains($0) }
        return name?.split(separator: ".").first.map(String.init)
    }

    private static let accessLevels: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private",
    ]
    private static let declarationKinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
    ]
}

extension ImportGraph {
    /// The stages of a request; they meet in the gateway only.
    static let stages: Set<String> = [
        "ClawgressIdentity", "ClawgressPolicy", "ClawgressQuota", "ClawgressForward",
        "ClawgressAudit",
    ]
    /// Stages that the command line may use offline, on files that it was given.
    static let offlineStages: Set<String> = [
        "ClawgressIdentity", "ClawgressPolicy", "ClawgressAudit",
    ]
    static let offlineTools: Set<String> = [
        "ClawgressCommands", "ClawgressBundleSigning", "ClawgressSnapshotCheck",
    ]
    /// What services use of the stages: the admin API makes API keys by the code that checks them,
    /// and leaves records in the form of the gateway's, so that one log takes both; what carries
    /// them there reads them.
    static let serviceStages: [String: Set<String>] = [
        "ClawgressAdminAPI": ["ClawgressAudit", "ClawgressIdentity"],
        "ClawgressReplay": ["ClawgressPolicy"],
        "ClawgressShipping": ["ClawgressAudit"],
    ]
    /// Measure or question a stage by itself, and never serve a request.
    static let measuringTools: Set<String> = ["clawgress-stages", "clawgress-parse"]
    /// Decisions and state machines: values in, values out. All that they may import.
    static let pureTargets: Set<String> = [
        "ClawgressModel", "ClawgressPolicy", "ClawgressQuota", "ClawgressForward",
        "ClawgressConfigTree", "ClawgressTransparencyLog", "ClawgressRecords",
        "ClawgressLogVerification", "ClawgressReplay",
    ]
    static let pureImports: Set<String> = [
        "ClawgressBytes", "ClawgressModel", "Swift", "Synchronization",
    ]
    /// Values in, values out as well: JSON, the one spelling of snapshots, digests.
    static let pureTools: [String: Set<String>] = [
        "ClawgressConfigTree": ["ClawgressJWS", "ClawgressSnapshotText", "Crypto"],
        "ClawgressTransparencyLog": ["Crypto"],
        "ClawgressRecords": ["ClawgressContract", "Crypto"],
        "ClawgressLogVerification": ["ClawgressRecords", "ClawgressTransparencyLog"],
        "ClawgressReplay": ["ClawgressConfigTree", "ClawgressJWS", "ClawgressPolicy", "Crypto"],
    ]
    /// What runs between accept and close, where Foundation would allocate behind our back.
    static let hotTargets: Set<String> = stages.union([
        "ClawgressBytes", "ClawgressModel", "ClawgressReactor", "ClawgressGateway",
    ])
    /// What comes with the toolchain and is not declared.
    static let toolchainModules: Set<String> = [
        "Swift", "Foundation", "FoundationEssentials", "Glibc", "RegexBuilder", "Synchronization",
        "Testing",
    ]

    private var sourceImports: [Import] { imports.filter { !$0.target.isTest } }

    /// No stage imports another one, the event loop, or the gateway that composes them.
    func stagesThatKnowEachOther() -> [Finding] {
        let parts = Self.stages.union(["ClawgressReactor", "ClawgressGateway"])
        return
            sourceImports
            .filter { Self.stages.contains($0.target.name) && parts.contains($0.module) }
            .map {
                $0.finding(
                    "`\($0.target.name)` imports `\($0.module)`: stages meet in ClawgressGateway; "
                        + "hand the value over as a noun of ClawgressModel"
                )
            }
    }

    /// Only the gateway imports stages, and offline tools those that are pure enough for them.
    func stagesUsedOutsideTheGateway() -> [Finding] {
        sourceImports
            .filter {
                $0.target.name != "ClawgressGateway" && !Self.stages.contains($0.target.name)
            }
            .filter { !Self.measuringTools.contains($0.target.name) }
            .filter { Self.stages.contains($0.module) || $0.module == "ClawgressReactor" }
            .filter {
                !(Self.offlineTools.contains($0.target.name)
                    && Self.offlineStages.contains($0.module))
            }
            .filter { Self.serviceStages[$0.target.name]?.contains($0.module) != true }
            .map {
                $0.finding(
                    "`\($0.target.name)` imports `\($0.module)`: only ClawgressGateway composes the "
                        + "request path; offline tools may use \(Self.offlineStages.sorted()), "
                        + "services \(Self.serviceStages)"
                )
            }
    }

    /// What decides does no input or output and takes time as an argument.
    func impureImports() -> [Finding] {
        sourceImports
            .filter { Self.pureTargets.contains($0.target.name) }
            .filter { !Self.pureImports.contains($0.module) && $0.module != $0.target.name }
            .filter { Self.pureTools[$0.target.name]?.contains($0.module) != true }
            .filter { !Self.stages.contains($0.module) }
            .map {
                $0.finding(
                    "`\($0.target.name)` imports `\($0.module)`: it may import "
                        + "\(Self.pureImports.sorted()); take what it needs as an argument"
                )
            }
    }

    /// No Foundation between accept and close.
    func foundationOnTheHotPath() -> [Finding] {
        sourceImports
            .filter {
                Self.hotTargets.contains($0.target.name) && $0.module.hasPrefix("Foundation")
            }
            .filter { !Self.pureTargets.contains($0.target.name) }
            .map {
                $0.finding(
                    "`\($0.target.name)` imports `\($0.module)`: use ClawgressBytes and system calls; "
                        + "what needs Foundation belongs into Platform or Commands"
                )
            }
    }

    /// SwiftPM lets a target import what another one's dependencies brought in.
    func undeclaredImports() -> [Finding] {
        imports
            .filter { !Self.toolchainModules.contains($0.module) && $0.module != $0.target.name }
            .filter { !$0.target.dependencies.contains($0.module) }
            .map {
                $0.finding(
                    "`\($0.module)` is no declared dependency of `\($0.target.name)`: "
                        + "declare it in Package.swift, or do without"
                )
            }
    }

    /// A dependency that nobody imports makes the graph say what is not so.
    func unusedDependencies() -> [Finding] {
        manifest.targets.filter { !$0.isTest }.flatMap { target -> [Finding] in
            let used = Set(imports.filter { $0.target.name == target.name }.map(\.module))
            guard !used.isEmpty else { return [] }
            return target.dependencies.subtracting(used).sorted().map {
                Finding(
                    file: "Package.swift",
                    line: target.line,
                    message: "`\(target.name)` declares `\($0)` and never imports it: remove it"
                )
            }
        }
    }

    /// What no target builds is dead, and tests in it never run.
    func foldersWithoutTarget() -> [Finding] {
        strayFolders.sorted().map {
            Finding(
                file: $0,
                line: 1,
                message: "belongs to no target: declare one in Package.swift with `path:`"
            )
        }
    }

    /// The process that enforces must not be able to forge what it enforces.
    func signersInTheGateway() -> [Finding] {
        let linked = manifest.closure(of: "clawgress-gateway").union(
            manifest.closure(of: "ClawgressGateway")
        )
        return manifest.targets
            .filter { linked.contains($0.name) }
            .flatMap { target in
                target.dependencies.filter { $0.hasSuffix("Signing") }.sorted().map {
                    Finding(
                        file: "Package.swift",
                        line: target.line,
                        message:
                            "`\(target.name)` is linked into the gateway and depends on `\($0)`: "
                            + "the gateway verifies signatures and never makes one"
                    )
                }
            }
    }
}
