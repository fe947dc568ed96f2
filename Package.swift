// swift-tools-version: 6.2
// The whole product is one package: targets follow the folders, and the settings loop at
// the end gives every Swift target of ours the same strict rules.

import PackageDescription

let package = Package(
    name: "clawgress",
    products: [
        .executable(name: "clawgress", targets: ["clawgress"]),
        .executable(name: "clawgress-gateway", targets: ["clawgress-gateway"]),
    ],
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
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle",
            exact: "2.13.0"
        ),
    ],
    targets: [
        // C: system headers' macros and inline calls that Swift cannot import, and nothing else.
        .target(name: "CLinux", path: "Sources/System/CLinux"),
        .systemLibrary(
            name: "CAres",
            path: "Sources/System/CAres",
            pkgConfig: "libcares",
            providers: [.apt(["libc-ares-dev"])]
        ),

        // The nouns, and the one module of raw memory under them.
        .target(name: "ClawgressBytes", dependencies: ["CLinux"], path: "Sources/Bytes"),
        .target(name: "ClawgressModel", dependencies: ["ClawgressBytes"], path: "Sources/Model"),

        // What happens to a request, stage by stage. No stage imports another stage.
        .target(
            name: "ClawgressIdentity",
            dependencies: ["ClawgressBytes", "ClawgressJWS", "ClawgressModel"],
            path: "Sources/RequestPath/Identity"
        ),
        .target(
            name: "ClawgressPolicy",
            dependencies: ["ClawgressBytes", "ClawgressModel"],
            path: "Sources/RequestPath/Policy"
        ),
        .target(
            name: "ClawgressQuota",
            dependencies: ["ClawgressModel"],
            path: "Sources/RequestPath/Quota"
        ),
        .target(
            name: "ClawgressForward",
            dependencies: ["ClawgressBytes", "ClawgressModel"],
            path: "Sources/RequestPath/Forward"
        ),
        .target(
            name: "ClawgressAudit",
            dependencies: ["ClawgressBytes", "ClawgressModel"],
            path: "Sources/RequestPath/Audit"
        ),
        .target(
            name: "ClawgressReactor",
            dependencies: ["CAres", "CLinux", "ClawgressBytes", "ClawgressModel"],
            path: "Sources/RequestPath/Reactor"
        ),
        .target(
            name: "ClawgressGateway",
            dependencies: [
                "ClawgressAudit", "ClawgressBundle", "ClawgressBundleStream", "ClawgressBytes",
                "ClawgressContract", "ClawgressDaemon", "ClawgressForward", "ClawgressIdentity",
                "ClawgressJWS", "ClawgressMesh", "ClawgressModel", "ClawgressPolicy",
                "ClawgressQuota", "ClawgressReactor", "ClawgressSealing", "HTTPTypes",
                "Hummingbird", "Logging", "ServiceLifecycle",
            ],
            path: "Sources/RequestPath/Gateway"
        ),

        // What several processes share.
        .target(
            name: "ClawgressJWS",
            dependencies: ["ClawgressBytes", "Crypto", "CryptoExtras"],
            path: "Sources/Platform/JWS"
        ),
        // Apart from the check, so that the gateway cannot sign: it never links this.
        .target(
            name: "ClawgressJWSSigning",
            dependencies: ["ClawgressBytes", "ClawgressJWS", "Crypto", "CryptoExtras"],
            path: "Sources/Platform/JWSSigning"
        ),
        .target(
            name: "ClawgressSnapshotText",
            dependencies: ["ClawgressJWS", "ClawgressModel"],
            path: "Sources/Platform/SnapshotText"
        ),
        .target(
            name: "ClawgressBundle",
            dependencies: [
                "ClawgressBytes", "ClawgressJWS", "ClawgressModel", "ClawgressSnapshotText",
                "Crypto",
            ],
            path: "Sources/Platform/Bundle"
        ),
        .target(
            name: "ClawgressBundleSigning",
            dependencies: [
                "ClawgressBundle", "ClawgressBytes", "ClawgressIdentity", "ClawgressJWS",
                "ClawgressJWSSigning", "ClawgressModel", "ClawgressPolicy", "ClawgressSealing",
                "ClawgressSnapshotCheck", "Yams",
            ],
            path: "Sources/Platform/BundleSigning"
        ),
        .target(
            name: "ClawgressDaemon",
            dependencies: [
                "CLinux", "ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals", "Yams",
            ],
            path: "Sources/Platform/Daemon"
        ),

        // The control plane's parts.
        .target(
            name: "ClawgressConfigTree",
            dependencies: [
                "ClawgressBytes", "ClawgressJWS", "ClawgressModel", "ClawgressSnapshotText",
                "Crypto",
            ],
            path: "Sources/ConfigTree"
        ),
        .target(
            name: "ClawgressSnapshotCheck",
            dependencies: [
                "ClawgressBytes", "ClawgressIdentity", "ClawgressModel", "ClawgressPolicy",
            ],
            path: "Sources/Platform/SnapshotCheck"
        ),
        .target(
            name: "ClawgressSealing",
            dependencies: ["ClawgressBytes", "Crypto", "CryptoExtras"],
            path: "Sources/Platform/Sealing"
        ),
        .target(
            name: "ClawgressContract",
            dependencies: ["ClawgressJWS"],
            path: "Sources/Platform/Contract"
        ),
        // The gateway's side of the distribution of bundles, without disk and network.
        .target(
            name: "ClawgressBundleStream",
            dependencies: ["ClawgressBundle", "ClawgressContract"],
            path: "Sources/Platform/BundleStream"
        ),
        .target(
            name: "ClawgressStorage",
            dependencies: ["ClawgressBytes", "GRDB"],
            path: "Sources/Platform/Storage"
        ),
        .target(
            name: "ClawgressMesh",
            dependencies: [
                "ClawgressBytes", "ClawgressModel", "ClawgressSealing", "AsyncHTTPClient", "Crypto",
                "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "NIOHTTP1",
                "NIOPosix", "NIOSSL", "NIOTLS", "SwiftASN1", "X509",
            ],
            path: "Sources/Platform/Mesh"
        ),
        // Makes certificates, so the gateway never links it.
        .target(
            name: "ClawgressMeshSigning",
            dependencies: [
                "ClawgressBytes", "ClawgressMesh", "ClawgressModel", "ClawgressSealing", "Crypto",
                "SwiftASN1", "X509",
            ],
            path: "Sources/Platform/MeshSigning"
        ),

        // The command line.
        .target(
            name: "ClawgressCommands",
            dependencies: [
                "ClawgressAudit", "ClawgressBundle", "ClawgressBundleSigning", "ClawgressBytes",
                "ClawgressIdentity", "ClawgressJWS", "ClawgressJWSSigning", "ClawgressMesh",
                "ClawgressMeshSigning", "ClawgressModel", "ClawgressPolicy", "ClawgressSealing",
                "ClawgressSnapshotCheck", "ArgumentParser",
            ],
            path: "Sources/CommandLine/Commands"
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
        .testTarget(
            name: "BytesTests",
            dependencies: ["ClawgressBytes", "TestKit"],
            path: "Tests/BytesTests"
        ),
        .testTarget(
            name: "ModelTests",
            dependencies: ["ClawgressBytes", "ClawgressModel", "TestKit"],
            path: "Tests/ModelTests"
        ),
        .testTarget(
            name: "IdentityTests",
            dependencies: [
                "ClawgressBytes", "ClawgressIdentity", "ClawgressJWS", "ClawgressJWSSigning",
                "ClawgressModel", "TestKit", "Crypto",
            ],
            path: "Tests/RequestPath/IdentityTests",
            exclude: ["Cases"]
        ),
        .testTarget(
            name: "PolicyTests",
            dependencies: ["ClawgressBytes", "ClawgressModel", "ClawgressPolicy", "TestKit"],
            path: "Tests/RequestPath/PolicyTests",
            exclude: ["Cases"]
        ),
        .testTarget(
            name: "QuotaTests",
            dependencies: ["ClawgressBytes", "ClawgressModel", "ClawgressQuota", "TestKit"],
            path: "Tests/RequestPath/QuotaTests"
        ),
        .testTarget(
            name: "ForwardTests",
            dependencies: ["ClawgressBytes", "ClawgressForward", "ClawgressModel", "TestKit"],
            path: "Tests/RequestPath/ForwardTests",
            exclude: ["Cases", "Vectors"]
        ),
        .testTarget(
            name: "AuditTests",
            dependencies: ["ClawgressAudit", "ClawgressBytes", "ClawgressModel", "TestKit"],
            path: "Tests/RequestPath/AuditTests"
        ),
        .testTarget(
            name: "ReactorTests",
            dependencies: ["ClawgressBytes", "ClawgressModel", "ClawgressReactor", "TestKit"],
            path: "Tests/RequestPath/ReactorTests"
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "ClawgressBytes", "ClawgressDaemon", "ClawgressGateway", "ClawgressModel",
                "ClawgressReactor", "TestKit", "Yams",
            ],
            path: "Tests/RequestPath/GatewayTests"
        ),
        .testTarget(
            name: "DaemonTests",
            dependencies: ["ClawgressDaemon", "Logging", "Yams"],
            path: "Tests/Platform/DaemonTests"
        ),
        .testTarget(
            name: "JWSTests",
            dependencies: ["ClawgressBytes", "ClawgressJWS", "ClawgressJWSSigning", "TestKit"],
            path: "Tests/Platform/JWSTests",
            exclude: ["Cases"]
        ),
        .testTarget(
            name: "BundleTests",
            dependencies: [
                "ClawgressBundle", "ClawgressBytes", "ClawgressJWS", "ClawgressJWSSigning",
                "ClawgressModel",
            ],
            path: "Tests/Platform/BundleTests"
        ),
        .testTarget(
            name: "SnapshotTextTests",
            dependencies: ["ClawgressJWS", "ClawgressModel", "ClawgressSnapshotText"],
            path: "Tests/Platform/SnapshotTextTests"
        ),
        .testTarget(
            name: "ConfigTreeTests",
            dependencies: [
                "ClawgressBundleSigning", "ClawgressConfigTree", "ClawgressJWS", "ClawgressModel",
                "TestKit",
            ],
            path: "Tests/ConfigTreeTests",
            exclude: ["Cases"]
        ),
        .testTarget(
            name: "SnapshotCheckTests",
            dependencies: ["ClawgressModel", "ClawgressSnapshotCheck"],
            path: "Tests/Platform/SnapshotCheckTests"
        ),
        .testTarget(
            name: "BundleSigningTests",
            dependencies: [
                "ClawgressBundle", "ClawgressBundleSigning", "ClawgressBytes", "ClawgressJWS",
                "ClawgressJWSSigning", "ClawgressModel", "ClawgressSealing",
            ],
            path: "Tests/Platform/BundleSigningTests",
            exclude: ["Cases"]
        ),
        .testTarget(
            name: "BundleStreamTests",
            dependencies: [
                "ClawgressBundle", "ClawgressBundleStream", "ClawgressContract", "TestKit",
            ],
            path: "Tests/Platform/BundleStreamTests"
        ),
        .testTarget(
            name: "SealingTests",
            dependencies: ["ClawgressBytes", "ClawgressSealing"],
            path: "Tests/Platform/SealingTests"
        ),
        .testTarget(
            name: "StorageTests",
            dependencies: ["ClawgressBytes", "ClawgressStorage", "GRDB"],
            path: "Tests/Platform/StorageTests"
        ),
        .testTarget(
            name: "MeshTests",
            dependencies: [
                "ClawgressBytes", "ClawgressMesh", "ClawgressMeshSigning", "ClawgressSealing",
                "HTTPTypes", "Hummingbird", "Logging", "NIOCore", "NIOPosix", "ServiceLifecycle",
            ],
            path: "Tests/Platform/MeshTests"
        ),
        .testTarget(
            name: "MeshSigningTests",
            dependencies: [
                "ClawgressBytes", "ClawgressMesh", "ClawgressMeshSigning", "ClawgressSealing",
            ],
            path: "Tests/Platform/MeshSigningTests"
        ),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "ClawgressAudit", "ClawgressBundle", "ClawgressBundleSigning", "ClawgressBytes",
                "ClawgressCommands", "ClawgressIdentity", "ClawgressJWS", "ClawgressMesh",
                "ClawgressModel", "ClawgressSealing",
            ],
            path: "Tests/CommandLine/CommandsTests"
        ),
    ],
    swiftLanguageModes: [.v6]
)

/// Which package a product is from; targets name products as they name each other.
let packages = [
    "ArgumentParser": "swift-argument-parser",
    "AsyncHTTPClient": "async-http-client",
    "Crypto": "swift-crypto",
    "CryptoExtras": "swift-crypto",
    "GRDB": "GRDB.swift",
    "HTTPTypes": "swift-http-types",
    "Hummingbird": "hummingbird",
    "HummingbirdCore": "hummingbird",
    "Logging": "swift-log",
    "NIOCore": "swift-nio",
    "NIOHTTP1": "swift-nio",
    "NIOPosix": "swift-nio",
    "NIOSSL": "swift-nio-ssl",
    "NIOTLS": "swift-nio",
    "ServiceLifecycle": "swift-service-lifecycle",
    "SwiftASN1": "swift-asn1",
    "UnixSignals": "swift-service-lifecycle",
    "X509": "swift-certificates",
    "Yams": "Yams",
]

/// The modules in which raw memory and system calls live; everywhere else strict memory
/// safety is on, so "unsafe only there" is checked by the compiler and not by review.
let unsafeModules: Set<String> = ["ClawgressBytes", "ClawgressReactor", "clawgress-load"]

for target in package.targets {
    target.dependencies = target.dependencies.map { dependency in
        guard case .byNameItem(let name, _) = dependency, let package = packages[name] else {
            return dependency
        }
        return .product(name: name, package: package)
    }
}

for target in package.targets where target.type != .system && target.name != "CLinux" {
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
