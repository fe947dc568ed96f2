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
        // Scripts/install-dependencies installs what these two name.
        .systemLibrary(name: "CAres", path: "Sources/System/CAres", pkgConfig: "libcares"),
        .systemLibrary(name: "CZlib", path: "Sources/System/CZlib"),

        // The nouns, and the one module of raw memory under them.
        .module("Bytes", uses: ["CLinux"]),
        .module("Model", uses: ["Bytes"]),

        // What happens to a request, stage by stage. No stage imports another stage.
        .module("RequestPath/Identity", uses: ["Bytes", "JWS", "Model"]),
        .module("RequestPath/Policy", uses: ["Bytes", "Model"]),
        .module("RequestPath/Quota", uses: ["Model"]),
        .module("RequestPath/Forward", uses: ["Bytes", "Model"]),
        .module("RequestPath/Audit", uses: ["Bytes", "Model"]),
        .module("RequestPath/Reactor", uses: ["CAres", "CLinux", "Bytes", "Model"]),
        .module(
            "RequestPath/Gateway",
            uses: [
                "Alerts", "Audit", "Bundle", "BundleStream", "Bytes", "Contract", "Daemon",
                "Forward", "Identity", "JWS", "Mesh", "Model", "Policy", "Quota", "Reactor",
                "Sealing", "Shipping", "HTTPTypes", "Hummingbird", "Logging", "ServiceLifecycle",
            ]
        ),

        // What several processes share.
        .module("Platform/JWS", uses: ["Bytes", "Crypto", "CryptoExtras"]),
        // Apart from the check, so that the gateway cannot sign: it never links this.
        .module("Platform/JWSSigning", uses: ["Bytes", "JWS", "Crypto", "CryptoExtras"]),
        .module("Platform/SnapshotText", uses: ["JWS", "Model"]),
        .module("Platform/Bundle", uses: ["Bytes", "JWS", "Model", "SnapshotText", "Crypto"]),
        .module(
            "Platform/BundleSigning",
            uses: [
                "Bundle", "Bytes", "Identity", "JWS", "JWSSigning", "Model", "Policy", "Sealing",
                "SnapshotCheck", "Yams",
            ]
        ),
        .module(
            "Platform/Daemon",
            uses: [
                "CLinux", "ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals", "Yams",
            ]
        ),

        // The control plane's parts.
        .module("ConfigTree", uses: ["Bytes", "JWS", "Model", "SnapshotText", "Crypto"]),
        .module("Platform/SnapshotCheck", uses: ["Bytes", "Identity", "Model", "Policy"]),
        .module(
            "Platform/Replay",
            uses: ["Bytes", "ConfigTree", "JWS", "Model", "Policy", "Crypto"]
        ),
        .module("Platform/Sealing", uses: ["Bytes", "Crypto", "CryptoExtras"]),
        .module("Platform/Contract", uses: ["Bytes", "JWS"]),
        // The gateway's side of the distribution of bundles, without disk and network.
        .module("Platform/BundleStream", uses: ["Bundle", "Contract"]),
        .module("Platform/Storage", uses: ["Bytes", "GRDB"]),
        .module(
            "Platform/Mesh",
            uses: [
                "Bytes", "Model", "Sealing", "AsyncHTTPClient", "Crypto", "HTTPTypes",
                "Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix",
                "NIOSSL", "NIOTLS", "ServiceLifecycle", "SwiftASN1", "X509",
            ]
        ),
        // The log's tree, its proofs and checkpoints, without disk and network; and what signs them.
        .module("Platform/TransparencyLog", uses: ["Bytes", "Crypto"]),
        .module("Platform/TransparencyLogSigning", uses: ["TransparencyLog", "Crypto"]),
        // By what the log knows records, and whether a log is what its checkpoint says.
        .module("Platform/Records", uses: ["Bytes", "Contract", "Model", "Crypto"]),
        .module("Platform/LogVerification", uses: ["Bytes", "Records", "TransparencyLog"]),
        .module("Platform/Compression", uses: ["CZlib"]),
        .module(
            "Platform/Shipping",
            uses: [
                "Audit", "Bytes", "Compression", "Contract", "Daemon", "JWS", "Mesh",
                "TransparencyLog", "HTTPTypes", "ServiceLifecycle",
            ]
        ),
        // Who is told of alerts, and how: whatever daemon raises them.
        .module(
            "Platform/Alerts",
            uses: [
                "Bytes", "Daemon", "JWS", "AsyncHTTPClient", "Crypto", "Logging", "NIOCore",
                "NIOHTTP1", "NIOSSL", "ServiceLifecycle",
            ]
        ),
        // Makes certificates, so the gateway never links it.
        .module(
            "Platform/MeshSigning",
            uses: ["Bytes", "Mesh", "Model", "Sealing", "Crypto", "SwiftASN1", "X509"]
        ),

        // The services of the control plane, and their daemons.
        .module(
            "Services/PolicyService",
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
            "Services/AdminAPI",
            uses: [
                "Alerts", "Audit", "Bundle", "Bytes", "ConfigTree", "Contract", "Daemon",
                "Identity", "JWS", "Mesh", "Model", "Replay", "Sealing", "Shipping",
                "SnapshotCheck", "SnapshotText", "Storage", "TransparencyLog", "Crypto",
                "CryptoExtras", "GRDB", "HTTPTypes", "Hummingbird", "Logging", "NIOCore",
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
            "Services/AuditIndex",
            uses: ["Bytes", "ConfigTree", "Contract", "JWS", "Storage", "GRDB"]
        ),
        .module(
            "Services/AuditService",
            uses: [
                "Alerts", "AuditIndex", "Bytes", "Compression", "Contract", "Daemon", "JWS", "Mesh",
                "Model", "Records", "Sealing", "Storage", "TransparencyLog",
                "TransparencyLogSigning", "AsyncHTTPClient", "HTTPTypes", "Hummingbird", "Logging",
                "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "NIOTLS", "ServiceLifecycle",
                "UnixSignals",
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
            "CommandLine/Commands",
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
        .target(name: "TestKit", dependencies: ["Logging"], path: "Tests/TestKit"),

        // Tests mirror the sources. Whole processes are tested from Tests/Integration.
        .testTarget(name: "TidyTests", path: "Tests/Tidy"),
        .tests("Bytes", uses: ["Bytes", "TestKit"]),
        .tests("Model", uses: ["Bytes", "Model", "TestKit"]),
        .tests(
            "RequestPath/Identity",
            uses: ["Bytes", "Identity", "JWS", "JWSSigning", "Model", "TestKit", "Crypto"],
            exclude: ["Cases"]
        ),
        .tests(
            "RequestPath/Policy",
            uses: ["Bytes", "Model", "Policy", "TestKit"],
            exclude: ["Cases"]
        ),
        .tests("RequestPath/Quota", uses: ["Bytes", "Model", "Quota", "TestKit"]),
        .tests(
            "RequestPath/Forward",
            uses: ["Bytes", "Forward", "Model", "TestKit"],
            exclude: ["Cases", "Vectors"]
        ),
        .tests("RequestPath/Audit", uses: ["Audit", "Bytes", "Model", "TestKit"]),
        .tests("RequestPath/Reactor", uses: ["Bytes", "Model", "Reactor", "TestKit"]),
        .tests(
            "RequestPath/Gateway",
            uses: [
                "Bytes", "Daemon", "Gateway", "Model", "Reactor", "Shipping", "TestKit", "Yams",
            ]
        ),
        .tests("Platform/Daemon", uses: ["Daemon", "Logging", "Yams"]),
        .tests("Platform/Alerts", uses: ["Alerts", "NIOCore", "NIOPosix", "Yams"]),
        .tests(
            "Platform/JWS",
            uses: ["Bytes", "JWS", "JWSSigning", "TestKit"],
            exclude: ["Cases"]
        ),
        .tests("Platform/Bundle", uses: ["Bundle", "Bytes", "JWS", "JWSSigning", "Model"]),
        .tests("Platform/SnapshotText", uses: ["JWS", "Model", "SnapshotText"]),
        .tests(
            "ConfigTree",
            uses: ["BundleSigning", "ConfigTree", "JWS", "Model", "TestKit"],
            exclude: ["Cases"]
        ),
        .tests(
            "Platform/Replay",
            uses: ["Bytes", "ConfigTree", "JWS", "Model", "Replay"],
            exclude: ["Cases"]
        ),
        .tests("Platform/SnapshotCheck", uses: ["Model", "SnapshotCheck"]),
        .tests(
            "Platform/BundleSigning",
            uses: ["Bundle", "BundleSigning", "Bytes", "JWS", "JWSSigning", "Model", "Sealing"],
            exclude: ["Cases"]
        ),
        .tests("Platform/BundleStream", uses: ["Bundle", "BundleStream", "Contract", "TestKit"]),
        .tests(
            "Platform/Shipping",
            uses: ["Shipping", "TestKit", "TransparencyLog", "TransparencyLogSigning"]
        ),
        .tests("Platform/Compression", uses: ["Compression"]),
        .tests("Platform/Sealing", uses: ["Bytes", "Sealing"]),
        .tests(
            "Platform/TransparencyLog",
            uses: ["Bytes", "TestKit", "TransparencyLog", "TransparencyLogSigning"]
        ),
        .tests("Platform/Records", uses: ["Bytes", "JWS", "Records"]),
        .tests(
            "Platform/LogVerification",
            uses: ["LogVerification", "Records", "TransparencyLog", "TransparencyLogSigning"]
        ),
        .tests("Platform/Storage", uses: ["Bytes", "Storage", "GRDB"]),
        .tests(
            "Platform/Mesh",
            uses: [
                "Bytes", "Mesh", "MeshSigning", "Sealing", "HTTPTypes", "Hummingbird", "Logging",
                "NIOCore", "NIOPosix", "NIOSSL", "ServiceLifecycle",
            ]
        ),
        .tests("Platform/MeshSigning", uses: ["Bytes", "Mesh", "MeshSigning", "Sealing"]),
        .tests(
            "Services/PolicyService",
            uses: [
                "Bundle", "Contract", "Daemon", "JWS", "JWSSigning", "Mesh", "MeshSigning", "Model",
                "PolicyService", "Sealing", "Storage", "TestKit", "HTTPTypes", "Hummingbird",
                "Logging", "ServiceLifecycle",
            ]
        ),
        .tests(
            "Services/AuditIndex",
            uses: ["AuditIndex", "Contract", "JWS", "Storage", "TestKit", "GRDB"],
            exclude: ["Cases"]
        ),
        .tests(
            "Services/AuditService",
            uses: [
                "Alerts", "AuditIndex", "AuditService", "Bytes", "Contract", "Daemon", "JWS",
                "Mesh", "MeshSigning", "Model", "Records", "Sealing", "TransparencyLog",
                "TransparencyLogSigning", "HTTPTypes", "Hummingbird", "Logging", "ServiceLifecycle",
            ],
            exclude: ["Sinks/Cases"]
        ),
        .tests(
            "Services/AdminAPI",
            uses: [
                "AdminAPI", "Audit", "Bytes", "Contract", "JWS", "TestKit", "GRDB", "HTTPTypes",
                "Hummingbird", "Logging", "NIOCore", "Yams",
            ]
        ),
        .tests(
            "CommandLine/Commands",
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

    /// The library of ours in Sources/PATH, `Clawgress` and the last word of its path.
    ///
    /// What it uses are modules of ours, without the prefix, and products.
    static func module(_ path: String, uses: [String] = []) -> Target {
        .target(
            name: modulePrefix + lastWord(of: path),
            dependencies: uses.map { .byName(name: $0) },
            path: "Sources/" + path
        )
    }

    /// The tests of the module in Sources/PATH, which are in Tests/PATHTests.
    static func tests(_ path: String, uses: [String], exclude: [String] = []) -> Target {
        .testTarget(
            name: lastWord(of: path) + "Tests",
            dependencies: uses.map { .byName(name: $0) },
            path: "Tests/" + path + "Tests",
            exclude: exclude
        )
    }

    private static func lastWord(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
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
