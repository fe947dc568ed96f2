// swift-tools-version: 6.2
// The whole product is one package: targets follow the folders, and the settings loop at
// the end gives every Swift target of ours the same strict rules.

import PackageDescription

let package = Package(
    name: "clawgress",
    products: [
        "clawgress", "clawgress-admin-api", "clawgress-audit", "clawgress-gateway",
        "clawgress-policy",
    ].map { .executable(name: $0, targets: [$0]) },
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // C: system headers' macros and inline calls that Swift cannot import, and the heap's own
        // `free`, which has to be C. Nothing else.
        .target(name: "CLinux", path: "Sources/System/CLinux"),
        .target(name: "CForget", path: "Sources/System/CForget"),
        .systemLibrary(
            name: "CAres",
            path: "Sources/System/CAres",
            pkgConfig: "libcares",
            providers: [.apt(["libc-ares-dev"])]
        ),

        // The nouns, and the one module of raw memory under them.
        .module("Bytes", uses: ["CLinux"]),
        .module("Model", uses: ["Bytes"]),

        // What happens to a request, stage by stage. No stage imports another stage.
        .module("Identity", in: "RequestPath", uses: ["Bytes", "JWS", "Model"]),
        .module("Policy", in: "RequestPath", uses: ["Bytes", "Model"]),
        .module("Quota", in: "RequestPath", uses: ["Model"]),
        .module("Forward", in: "RequestPath", uses: ["Bytes", "Model"]),
        .module("Audit", in: "RequestPath", uses: ["Bytes", "Model"]),
        .module("Reactor", in: "RequestPath", uses: ["CAres", "CLinux", "Bytes", "Model"]),
        .module(
            "Gateway",
            in: "RequestPath",
            uses: [
                "Audit", "Bundle", "BundleStream", "Bytes", "Contract", "Daemon", "Forward",
                "Identity", "JWS", "Mesh", "Model", "Policy", "Quota", "Reactor", "Sealing",
                "Shipping", "HTTPTypes", "Hummingbird", "Logging", "ServiceLifecycle",
            ]
        ),

        // What several processes share.
        .module("JWS", in: "Platform", uses: ["Bytes", "Crypto", "CryptoExtras"]),
        // Apart from the check, so that the gateway cannot sign: it never links this.
        .module("JWSSigning", in: "Platform", uses: ["Bytes", "JWS", "Crypto", "CryptoExtras"]),
        .module("SnapshotText", in: "Platform", uses: ["JWS", "Model"]),
        .module(
            "Bundle",
            in: "Platform",
            uses: ["Bytes", "JWS", "Model", "SnapshotText", "Crypto"]
        ),
        .module(
            "BundleSigning",
            in: "Platform",
            uses: [
                "Bundle", "Bytes", "Identity", "JWS", "JWSSigning", "Model", "Policy", "Sealing",
                "SnapshotCheck", "Yams",
            ]
        ),
        .module(
            "Daemon",
            in: "Platform",
            uses: [
                "CLinux", "ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals", "Yams",
            ]
        ),

        // The control plane's parts.
        .module("ConfigTree", uses: ["Bytes", "JWS", "Model", "SnapshotText", "Crypto"]),
        .module("SnapshotCheck", in: "Platform", uses: ["Bytes", "Identity", "Model", "Policy"]),
        .module("Sealing", in: "Platform", uses: ["Bytes", "Crypto", "CryptoExtras"]),
        .module("Contract", in: "Platform", uses: ["Bytes", "JWS"]),
        // The gateway's side of the distribution of bundles, without disk and network.
        .module("BundleStream", in: "Platform", uses: ["Bundle", "Contract"]),
        .module("Storage", in: "Platform", uses: ["Bytes", "GRDB"]),
        .module(
            "Mesh",
            in: "Platform",
            uses: [
                "Bytes", "Model", "Sealing", "AsyncHTTPClient", "Crypto", "HTTPTypes",
                "Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix",
                "NIOSSL", "NIOTLS", "SwiftASN1", "X509",
            ]
        ),
        // The log's tree, its proofs and checkpoints, without disk and network; and what signs them.
        .module("TransparencyLog", in: "Platform", uses: ["Bytes", "Crypto"]),
        .module("TransparencyLogSigning", in: "Platform", uses: ["TransparencyLog", "Crypto"]),
        // By what the log knows records, and whether a log is what its checkpoint says.
        .module("Records", in: "Platform", uses: ["Bytes", "Contract", "Model", "Crypto"]),
        .module("LogVerification", in: "Platform", uses: ["Bytes", "Records", "TransparencyLog"]),
        .module(
            "Shipping",
            in: "Platform",
            uses: [
                "Audit", "Bytes", "Contract", "Daemon", "JWS", "Mesh", "TransparencyLog",
                "HTTPTypes", "ServiceLifecycle",
            ]
        ),
        // Makes certificates, so the gateway never links it.
        .module(
            "MeshSigning",
            in: "Platform",
            uses: ["Bytes", "Mesh", "Model", "Sealing", "Crypto", "SwiftASN1", "X509"]
        ),

        // The services of the control plane, and their daemons.
        .module(
            "PolicyService",
            in: "Services",
            uses: [
                "Bundle", "BundleSigning", "Bytes", "Contract", "Daemon", "JWS", "JWSSigning",
                "Mesh", "MeshSigning", "Model", "Sealing", "SnapshotCheck", "SnapshotText",
                "Storage", "Crypto", "GRDB", "HTTPTypes", "Hummingbird", "Logging", "NIOCore",
                "ServiceLifecycle",
            ]
        ),
        .executableTarget(
            name: "clawgress-policy",
            dependencies: [
                "CForget", "Daemon", "Model", "PolicyService", "Sealing", "ArgumentParser",
                "Logging", "ServiceLifecycle",
            ],
            path: "Sources/Daemons/clawgress-policy"
        ),
        .module(
            "AdminAPI",
            in: "Services",
            uses: [
                "Audit", "Bundle", "Bytes", "ConfigTree", "Contract", "Daemon", "Identity", "JWS",
                "Mesh", "Model", "Sealing", "Shipping", "SnapshotCheck", "SnapshotText", "Storage",
                "Crypto", "CryptoExtras", "GRDB", "HTTPTypes", "Hummingbird", "Logging", "NIOCore",
                "ServiceLifecycle",
            ]
        ),
        .executableTarget(
            name: "clawgress-admin-api",
            dependencies: [
                "CForget", "AdminAPI", "Daemon", "Model", "ArgumentParser", "Logging",
                "ServiceLifecycle",
            ],
            path: "Sources/Daemons/clawgress-admin-api"
        ),
        .module(
            "AuditIndex",
            in: "Services",
            uses: ["Bytes", "ConfigTree", "Contract", "JWS", "Storage", "GRDB"]
        ),
        .module(
            "AuditService",
            in: "Services",
            uses: [
                "AuditIndex", "Bytes", "Contract", "Daemon", "JWS", "Mesh", "Records", "Sealing",
                "Storage", "TransparencyLog", "TransparencyLogSigning", "HTTPTypes", "Hummingbird",
                "Logging", "NIOCore", "NIOPosix", "ServiceLifecycle",
            ]
        ),
        .executableTarget(
            name: "clawgress-audit",
            dependencies: [
                "CForget", "AuditService", "Daemon", "Model", "ArgumentParser", "Logging",
                "ServiceLifecycle",
            ],
            path: "Sources/Daemons/clawgress-audit"
        ),

        // The command line.
        .module(
            "Commands",
            in: "CommandLine",
            uses: [
                "Audit", "Bundle", "BundleSigning", "Bytes", "ConfigTree", "Contract", "Identity",
                "JWS", "JWSSigning", "LogVerification", "Mesh", "MeshSigning", "Model", "Policy",
                "Sealing", "SnapshotCheck", "TransparencyLog", "ArgumentParser",
                "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL",
            ]
        ),
        .executableTarget(
            name: "clawgress",
            dependencies: ["ClawgressCommands"],
            path: "Sources/CommandLine/clawgress"
        ),
        .executableTarget(
            name: "clawgress-gateway",
            dependencies: [
                "ClawgressDaemon", "ClawgressGateway", "ClawgressModel", "ArgumentParser",
                "Logging", "ServiceLifecycle",
            ],
            path: "Sources/Daemons/clawgress-gateway",
            // One file without a Swift runtime to install, and half the time to start.
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-static-stdlib", "-lCoreFoundation", "-l_FoundationICU",
                        "-l_FoundationCShims", "-l_FoundationCollections",
                    ],
                    .when(configuration: .release)
                )
            ]
        ),

        // Measuring: the load generator and origin, and the stages without sockets.
        .executableTarget(
            name: "clawgress-load",
            dependencies: ["CLinux"],
            path: "Benchmarks/Load"
        ),
        .executableTarget(
            name: "clawgress-stages",
            dependencies: [
                "ClawgressAudit", "ClawgressBytes", "ClawgressForward", "ClawgressModel",
                "ClawgressPolicy", "ClawgressQuota",
            ],
            path: "Benchmarks/Stages"
        ),
        .executableTarget(
            name: "clawgress-index-bench",
            dependencies: ["ClawgressAuditIndex"],
            path: "Benchmarks/AuditIndex"
        ),

        // The head parsers as a program, for the integration test that holds them against others.
        .executableTarget(
            name: "clawgress-parse",
            dependencies: ["ClawgressBytes", "ClawgressForward", "ClawgressModel"],
            path: "Tests/Differential"
        ),
        // What tests of several modules need.
        .target(name: "TestKit", path: "Tests/TestKit"),

        // Tests mirror the sources. Whole processes are tested from Tests/Integration.
        .testTarget(name: "TidyTests", path: "Tests/Tidy"),
        .tests("Bytes", uses: ["Bytes", "TestKit"]),
        .tests("Model", uses: ["Bytes", "Model", "TestKit"]),
        .tests(
            "Identity",
            in: "RequestPath",
            uses: ["Bytes", "Identity", "JWS", "JWSSigning", "Model", "TestKit", "Crypto"],
            exclude: ["Cases"]
        ),
        .tests(
            "Policy",
            in: "RequestPath",
            uses: ["Bytes", "Model", "Policy", "TestKit"],
            exclude: ["Cases"]
        ),
        .tests("Quota", in: "RequestPath", uses: ["Bytes", "Model", "Quota", "TestKit"]),
        .tests(
            "Forward",
            in: "RequestPath",
            uses: ["Bytes", "Forward", "Model", "TestKit"],
            exclude: ["Cases", "Vectors"]
        ),
        .tests("Audit", in: "RequestPath", uses: ["Audit", "Bytes", "Model", "TestKit"]),
        .tests("Reactor", in: "RequestPath", uses: ["Bytes", "Model", "Reactor", "TestKit"]),
        .tests(
            "Gateway",
            in: "RequestPath",
            uses: [
                "Bytes", "Daemon", "Gateway", "Model", "Reactor", "Shipping", "TestKit", "Yams",
            ]
        ),
        .tests("Daemon", in: "Platform", uses: ["Daemon", "Logging", "Yams"]),
        .tests(
            "JWS",
            in: "Platform",
            uses: ["Bytes", "JWS", "JWSSigning", "TestKit"],
            exclude: ["Cases"]
        ),
        .tests("Bundle", in: "Platform", uses: ["Bundle", "Bytes", "JWS", "JWSSigning", "Model"]),
        .tests("SnapshotText", in: "Platform", uses: ["JWS", "Model", "SnapshotText"]),
        .tests(
            "ConfigTree",
            uses: ["BundleSigning", "ConfigTree", "JWS", "Model", "TestKit"],
            exclude: ["Cases"]
        ),
        .tests("SnapshotCheck", in: "Platform", uses: ["Model", "SnapshotCheck"]),
        .tests(
            "BundleSigning",
            in: "Platform",
            uses: ["Bundle", "BundleSigning", "Bytes", "JWS", "JWSSigning", "Model", "Sealing"],
            exclude: ["Cases"]
        ),
        .tests(
            "BundleStream",
            in: "Platform",
            uses: ["Bundle", "BundleStream", "Contract", "TestKit"]
        ),
        .tests(
            "Shipping",
            in: "Platform",
            uses: ["Shipping", "TestKit", "TransparencyLog", "TransparencyLogSigning"]
        ),
        .tests("Sealing", in: "Platform", uses: ["Bytes", "Sealing"]),
        .tests(
            "TransparencyLog",
            in: "Platform",
            uses: ["Bytes", "TestKit", "TransparencyLog", "TransparencyLogSigning"]
        ),
        .tests("Records", in: "Platform", uses: ["Bytes", "JWS", "Records"]),
        .tests(
            "LogVerification",
            in: "Platform",
            uses: ["LogVerification", "Records", "TransparencyLog", "TransparencyLogSigning"]
        ),
        .tests("Storage", in: "Platform", uses: ["Bytes", "Storage", "GRDB"]),
        .tests(
            "Mesh",
            in: "Platform",
            uses: [
                "Bytes", "Mesh", "MeshSigning", "Sealing", "HTTPTypes", "Hummingbird", "Logging",
                "NIOCore", "NIOPosix", "ServiceLifecycle",
            ]
        ),
        .tests("MeshSigning", in: "Platform", uses: ["Bytes", "Mesh", "MeshSigning", "Sealing"]),
        .tests(
            "PolicyService",
            in: "Services",
            uses: [
                "Bundle", "Contract", "Daemon", "JWS", "JWSSigning", "Mesh", "MeshSigning", "Model",
                "PolicyService", "Sealing", "Storage", "HTTPTypes", "Hummingbird", "Logging",
                "ServiceLifecycle",
            ]
        ),
        .tests(
            "AuditIndex",
            in: "Services",
            uses: ["AuditIndex", "Contract", "JWS", "Storage", "TestKit", "GRDB"],
            exclude: ["Cases"]
        ),
        .tests(
            "AuditService",
            in: "Services",
            uses: [
                "AuditService", "Bytes", "Contract", "Daemon", "JWS", "Mesh", "MeshSigning",
                "Records", "Sealing", "TransparencyLog", "TransparencyLogSigning", "HTTPTypes",
                "Hummingbird", "Logging", "ServiceLifecycle",
            ]
        ),
        .tests(
            "AdminAPI",
            in: "Services",
            uses: [
                "AdminAPI", "Audit", "Bytes", "Contract", "JWS", "HTTPTypes", "Hummingbird",
                "Logging", "NIOCore", "Yams",
            ]
        ),
        .tests(
            "Commands",
            in: "CommandLine",
            uses: [
                "Audit", "Bundle", "BundleSigning", "Bytes", "Commands", "Identity", "JWS", "Mesh",
                "Model", "Sealing",
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

extension Target {
    static var modulePrefix: String { "Clawgress" }

    /// A library of ours, `Clawgress` and its name, in Sources, the folder, and its name.
    ///
    /// What it uses are modules of ours, without the prefix, and products.
    static func module(_ name: String, in folder: String = "", uses: [String] = []) -> Target {
        .target(
            name: modulePrefix + name,
            dependencies: uses.map { .byName(name: $0) },
            path: folder.isEmpty ? "Sources/\(name)" : "Sources/\(folder)/\(name)"
        )
    }

    /// The tests of the module NAME, in Tests/FOLDER/NAMETests.
    static func tests(
        _ name: String,
        in folder: String = "",
        uses: [String],
        exclude: [String] = []
    ) -> Target {
        .testTarget(
            name: name + "Tests",
            dependencies: uses.map { .byName(name: $0) },
            path: folder.isEmpty ? "Tests/\(name)Tests" : "Tests/\(folder)/\(name)Tests",
            exclude: exclude
        )
    }
}

/// The products of each package; targets name products as they name each other.
let packages = [
    "GRDB.swift": ["GRDB"],
    "Yams": ["Yams"],
    "async-http-client": ["AsyncHTTPClient"],
    "hummingbird": ["Hummingbird", "HummingbirdCore"],
    "swift-argument-parser": ["ArgumentParser"],
    "swift-asn1": ["SwiftASN1"],
    "swift-certificates": ["X509"],
    "swift-crypto": ["Crypto", "CryptoExtras"],
    "swift-http-types": ["HTTPTypes"],
    "swift-log": ["Logging"],
    "swift-nio": ["NIOCore", "NIOHTTP1", "NIOPosix", "NIOTLS"],
    "swift-nio-ssl": ["NIOSSL"],
    "swift-service-lifecycle": ["ServiceLifecycle", "UnixSignals"],
]

/// The modules in which raw memory and system calls live; everywhere else strict memory
/// safety is on, so "unsafe only there" is checked by the compiler and not by review.
let unsafeModules: Set<String> = ["ClawgressBytes", "ClawgressReactor", "clawgress-load"]

for target in package.targets {
    target.dependencies = target.dependencies.map { dependency in
        guard case .byNameItem(let name, _) = dependency else { return dependency }
        let owner = packages.first { $0.value.contains(name) }?.key
        if let owner { return .product(name: name, package: owner) }
        let module = Target.modulePrefix + name
        return package.targets.contains { $0.name == module } ? .target(name: module) : dependency
    }
}

let cTargets: Set<String> = ["CLinux", "CForget"]

for target in package.targets where target.type != .system && !cTargets.contains(target.name) {
    var settings: [SwiftSetting] = [
        // SE-0335: existentials are spelled, because on the hot path they cost.
        .enableUpcomingFeature("ExistentialAny"),
        // SE-0409: an import is visible to clients only where a file says so.
        .enableUpcomingFeature("InternalImportsByDefault"),
        // SE-0444: members come from modules that the file itself imports.
        .enableUpcomingFeature("MemberImportVisibility"),
        // SE-0446: types of ours vend `Span`, so their lifetimes are spelled.
        .enableExperimentalFeature("Lifetimes"),
        .treatAllWarnings(as: .error),
        .treatWarning("DeprecatedDeclaration", as: .warning),
    ]
    if target.type != .test {
        // Small public accessors of one module inline into another: without this a decision
        // costs four times as much (measured, see Documentation/architecture.md).
        settings.append(
            .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))
        )
        if !unsafeModules.contains(target.name) {
            settings.append(.strictMemorySafety())
        }
    }
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}

// Scripts/coverage builds a part alone: the named test targets and what they reach, so that
// no other dependency is fetched or instrumented, which would take most of an hour.
if let names = Context.environment["CLAWGRESS_ONLY_TESTS"] {
    package.keepOnly(names.split(separator: " ").map(String.init))
}

extension Package {
    /// Removes every target that none of `tests` reaches, and the packages nobody uses then.
    func keepOnly(_ tests: [String]) {
        var reached: Set<String> = []
        var used: Set<String> = []
        var waiting = tests
        while let name = waiting.popLast() {
            guard reached.insert(name).inserted,
                let target = targets.first(where: { $0.name == name })
            else { continue }
            for dependency in target.dependencies {
                switch dependency {
                case .targetItem(let name, _), .byNameItem(let name, _): waiting.append(name)
                case .productItem(_, let package, _, _): used.insert(package ?? "")
                @unknown default: fatalError("a new kind of dependency")
                }
            }
        }
        products = []
        targets.removeAll { !reached.contains($0.name) }
        dependencies.removeAll { dependency in
            guard case .sourceControl(_, let location, _) = dependency.kind else { return false }
            return !used.contains { location.hasSuffix("/" + $0) }
        }
    }
}
