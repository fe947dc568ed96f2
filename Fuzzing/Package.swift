// swift-tools-version: 6.2
// The fuzz targets, as a package of their own beside the product's: it depends on no other
// package, so that it builds in seconds and so that nothing but our own code is instrumented.
// The product's modules are built from the product's own folders, through the link `Product`;
// `Tests/Tidy` holds their declarations against those of the product's manifest.

import PackageDescription

let package = Package(
    name: "clawgress-fuzzing",
    targets: [
        .target(name: "CLinux", path: "Product/System/CLinux"),
        .systemLibrary(name: "CZlib", path: "Product/System/CZlib"),
        .target(name: "ClawgressBytes", dependencies: ["CLinux"], path: "Product/Bytes"),
        .target(name: "ClawgressModel", dependencies: ["ClawgressBytes"], path: "Product/Model"),
        .target(
            name: "ClawgressIdentity",
            dependencies: ["ClawgressBytes", "ClawgressJWS", "ClawgressModel"],
            path: "Product/RequestPath/Identity"
        ),
        .target(
            name: "ClawgressPolicy",
            dependencies: ["ClawgressBytes", "ClawgressModel"],
            path: "Product/RequestPath/Policy"
        ),
        .target(
            name: "ClawgressQuota",
            dependencies: ["ClawgressModel"],
            path: "Product/RequestPath/Quota"
        ),
        .target(
            name: "ClawgressForward",
            dependencies: ["ClawgressBytes", "ClawgressModel"],
            path: "Product/RequestPath/Forward"
        ),
        .target(
            name: "ClawgressAudit",
            dependencies: ["ClawgressBytes", "ClawgressModel"],
            path: "Product/RequestPath/Audit"
        ),
        .target(
            name: "ClawgressJWS",
            dependencies: ["ClawgressBytes", "Crypto", "CryptoExtras"],
            path: "Product/Platform/JWS"
        ),
        .target(
            name: "ClawgressSnapshotText",
            dependencies: ["ClawgressJWS", "ClawgressModel"],
            path: "Product/Platform/SnapshotText"
        ),
        .target(
            name: "ClawgressBundle",
            dependencies: [
                "ClawgressBytes", "ClawgressJWS", "ClawgressModel", "ClawgressSnapshotText",
                "Crypto",
            ],
            path: "Product/Platform/Bundle"
        ),
        .target(
            name: "ClawgressContract",
            dependencies: ["ClawgressBytes", "ClawgressJWS"],
            path: "Product/Platform/Contract"
        ),
        .target(
            name: "ClawgressTransparencyLog",
            dependencies: ["ClawgressBytes", "Crypto"],
            path: "Product/Platform/TransparencyLog"
        ),
        .target(
            name: "ClawgressRecords",
            dependencies: ["ClawgressBytes", "ClawgressContract", "ClawgressModel", "Crypto"],
            path: "Product/Platform/Records"
        ),
        .target(
            name: "ClawgressLogVerification",
            dependencies: ["ClawgressBytes", "ClawgressRecords", "ClawgressTransparencyLog"],
            path: "Product/Platform/LogVerification"
        ),
        .target(
            name: "ClawgressCompression",
            dependencies: ["CZlib"],
            path: "Product/Platform/Compression"
        ),

        // What stands in for swift-crypto, so that a fuzzer gets past a signature.
        .target(name: "Crypto", path: "Doubles/Crypto"),
        .target(name: "CryptoExtras", dependencies: ["Crypto"], path: "Doubles/CryptoExtras"),

        // What the targets share.
        .target(name: "FuzzShared", dependencies: ["ClawgressBytes"], path: "Shared"),

        // One program for each boundary; `fuzz-x` has its corpus in `Corpus/x`.
        .executableTarget(
            name: "fuzz-request-head",
            dependencies: ["ClawgressBytes", "ClawgressForward", "ClawgressModel", "FuzzShared"],
            path: "Targets/RequestHead"
        ),
        .executableTarget(
            name: "fuzz-body-framing",
            dependencies: ["ClawgressBytes", "ClawgressForward", "ClawgressModel", "FuzzShared"],
            path: "Targets/BodyFraming"
        ),
        .executableTarget(
            name: "fuzz-response-head",
            dependencies: ["ClawgressBytes", "ClawgressForward", "ClawgressModel", "FuzzShared"],
            path: "Targets/ResponseHead"
        ),
        .executableTarget(
            name: "fuzz-client-hello",
            dependencies: ["ClawgressBytes", "ClawgressForward", "ClawgressModel", "FuzzShared"],
            path: "Targets/ClientHello"
        ),
        .executableTarget(
            name: "fuzz-strict-json",
            dependencies: ["ClawgressBytes", "ClawgressJWS", "FuzzShared"],
            path: "Targets/StrictJSON"
        ),
        .executableTarget(
            name: "fuzz-jwt",
            dependencies: [
                "ClawgressBytes", "ClawgressIdentity", "ClawgressJWS", "ClawgressModel",
                "Crypto", "FuzzShared",
            ],
            path: "Targets/JWT"
        ),
        .executableTarget(
            name: "fuzz-bundle",
            dependencies: [
                "ClawgressBundle", "ClawgressBytes", "ClawgressIdentity", "ClawgressJWS",
                "ClawgressModel", "ClawgressPolicy", "ClawgressQuota", "Crypto", "FuzzShared",
            ],
            path: "Targets/Bundle"
        ),
        .executableTarget(
            name: "fuzz-spool-recovery",
            dependencies: [
                "ClawgressAudit", "ClawgressBytes", "ClawgressJWS", "ClawgressModel", "FuzzShared",
            ],
            path: "Targets/SpoolRecovery"
        ),
        .executableTarget(
            name: "fuzz-audit-log",
            dependencies: [
                "ClawgressBytes", "ClawgressJWS", "ClawgressLogVerification", "ClawgressRecords",
                "ClawgressTransparencyLog", "Crypto", "FuzzShared",
            ],
            path: "Targets/AuditLog"
        ),
        .executableTarget(
            name: "fuzz-gzip",
            dependencies: ["ClawgressBytes", "ClawgressCompression", "FuzzShared"],
            path: "Targets/Gzip"
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where !["CLinux", "CZlib"].contains(target.name) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableExperimentalFeature("Lifetimes"),
    ]
}
