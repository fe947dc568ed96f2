// Rules about files as such: how they open and end, what they are called, where they lie.

/// Checks on one file, whatever is in it.
enum FileRules {
    private static let commented: [String: [String]] = [
        "swift": ["//"], "c": ["//", "/*"], "h": ["//", "/*"],
        "py": ["#", "\"\"\""], "sh": ["#"], "yaml": ["#"], "yml": ["#"], "service": ["#"],
        "Makefile": ["#"],
    ]
    private static let ended: Set<String> = [
        "swift", "c", "h", "py", "sh", "yaml", "yml", "md", "service", "Makefile", "LICENSE",
        "NOTICE", "gitignore", "swift-format", "modulemap",
    ]

    /// A file says first why it exists; a script says it after its `#!` line.
    static func withoutOpeningComment(_ file: TextFile) -> [Finding] {
        let lines = file.lines
        let isScript = lines.first?.hasPrefix("#!") == true
        guard let openings = isScript ? ["#", "\"\"\""] : commented[file.kind] else { return [] }
        let first = isScript ? lines.dropFirst().first ?? "" : lines.first ?? ""
        guard !openings.contains(where: { first.hasPrefix($0) }) else { return [] }
        return [
            Finding(
                file: file.path,
                line: isScript ? 2 : 1,
                message: "opens without a comment: say in a line or two why this file exists"
            )
        ]
    }

    /// A text ends in a line break and not in empty lines.
    static func withoutProperEnd(_ file: TextFile) -> [Finding] {
        guard ended.contains(file.kind) || file.text.hasPrefix("#!"), !file.text.isEmpty,
            !file.text.hasSuffix("\n") || file.text.hasSuffix("\n\n")
        else { return [] }
        return [
            Finding(
                file: file.path,
                line: file.lines.count,
                message: "end the file in exactly one line break"
            )
        ]
    }

    /// The usual names of files that hold secrets.
    static func namedLikeSecret(_ path: String) -> [Finding] {
        let name = path.split(separator: "/").last ?? ""
        let endings = [".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx"]
        let names: Set<Substring> = [
            ".env", ".netrc", ".pgpass", ".git-credentials", "id_rsa", "id_ecdsa", "id_ed25519",
            "credentials.json",
        ]
        guard names.contains(name) || endings.contains(where: { name.hasSuffix($0) }) else {
            return []
        }
        return [
            Finding(
                file: path,
                line: 1,
                message:
                    "is named like a secret: generate it when it is needed, and ignore it in Git"
            )
        ]
    }

    /// C is confined to the shims; everything else is Swift.
    static func strayC(_ path: String) -> [Finding] {
        let isC = [".c", ".h", ".cpp", ".m", ".S", ".modulemap"].contains { path.hasSuffix($0) }
        guard isC, path.hasPrefix("Sources/"), !path.hasPrefix("Sources/System/") else { return [] }
        return [
            Finding(
                file: path,
                line: 1,
                message: "C lies outside of Sources/System: move it there, or write it in Swift"
            )
        ]
    }

    /// Folders of the request path for which there is no folder `…Tests` that holds a test.
    static func untestedStages(paths: [String]) -> [Finding] {
        let stages = Set(
            paths.compactMap { path -> String? in
                let parts = path.split(separator: "/")
                guard path.hasPrefix("Sources/RequestPath/"), parts.count > 3 else { return nil }
                return String(parts[2])
            }
        )
        return stages.sorted().filter { stage in
            !paths.contains {
                $0.hasPrefix("Tests/") && $0.contains("/\(stage)Tests/")
                    && $0.hasSuffix("Tests.swift")
            }
        }.map {
            Finding(
                file: "Sources/RequestPath/\($0)",
                line: 1,
                message: "has no tests: write some in `Tests/RequestPath/\($0)Tests`"
            )
        }
    }
}
