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
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
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
            dependencies: [
                "ClawgressBytes", "ClawgressModel", "ClawgressJWS",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Sources/RequestPath/Identity"
        ),
        .target(
            name: "ClawgressPolicy",
            dependencies: ["ClawgressBytes", "ClawgressModel"],
            path: "Sources/RequestPath/Policy"
        ),
        .target(
            name: "ClawgressQuota",
            dependencies: ["ClawgressBytes", "ClawgressModel"],
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
                "ClawgressAudit", "ClawgressBundle", "ClawgressBytes", "ClawgressDaemon",
                "ClawgressForward", "ClawgressIdentity", "ClawgressModel", "ClawgressPolicy",
                "ClawgressQuota", "ClawgressReactor",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/RequestPath/Gateway"
        ),

        // What several processes share.
        .target(
            name: "ClawgressJWS",
            dependencies: [
                "ClawgressBytes",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            path: "Sources/Platform/JWS"
        ),
        .target(
            name: "ClawgressBundle",
            dependencies: [
                "ClawgressBytes", "ClawgressJWS", "ClawgressModel",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Sources/Platform/Bundle"
        ),
        .target(
            name: "ClawgressBundleSigning",
            dependencies: [
                "ClawgressBundle", "ClawgressBytes", "ClawgressJWS", "ClawgressModel",
                "ClawgressPolicy",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/Platform/BundleSigning"
        ),
        .target(
            name: "ClawgressDaemon",
            dependencies: [
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/Platform/Daemon"
        ),

        // The command line.
        .target(
            name: "ClawgressCommands",
            dependencies: [
                "ClawgressAudit", "ClawgressBundle", "ClawgressBundleSigning", "ClawgressBytes",
                "ClawgressIdentity", "ClawgressJWS", "ClawgressModel", "ClawgressPolicy",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
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
            dependencies: ["ClawgressDaemon", "ClawgressGateway"],
            path: "Sources/Daemons/clawgress-gateway"
        ),
    ],
    swiftLanguageModes: [.v6]
)

/// The modules in which raw memory and system calls live; everywhere else strict memory
/// safety is on, so "unsafe only there" is checked by the compiler and not by review.
let unsafeModules: Set<String> = ["ClawgressBytes", "ClawgressReactor"]

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
        settings.append(.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)))
        if !unsafeModules.contains(target.name) {
            settings.append(.strictMemorySafety())
        }
    }
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
