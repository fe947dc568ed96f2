// The package of the fuzz targets, held against the product's: it must build the same sources in
// the same modules, and nothing that is not ours.

/// What the manifest of `Fuzzing` may say.
struct FuzzingPackage {
    /// The link through which it sees the product's sources.
    static let link = "Product/"
    static let programPrefix = "fuzz-"

    let text: String
    let manifest: Manifest

    init(text: String) {
        self.text = text
        manifest = Manifest(text: text)
    }

    /// No package but our own: a fuzzer instruments and tries what it builds.
    func foreignPackages() -> [Finding] {
        SwiftText(path: "Fuzzing/Package.swift", text: text).code.enumerated()
            .filter { _, line in [".package(", ".product("].contains { line.contains($0) } }
            .map {
                finding(
                    $0.offset + 1,
                    "a fuzz target imports a package: use a double, or do without"
                )
            }
    }

    /// Modules of the product that are declared otherwise than in the product's manifest.
    func differences(from product: Manifest) -> [Finding] {
        manifest.targets.filter { $0.folder.hasPrefix(Self.link) }.flatMap { target -> [Finding] in
            let folder = "Sources/" + target.folder.dropFirst(Self.link.count)
            guard let original = product.targets.first(where: { $0.name == target.name }) else {
                return [finding(target.line, "`\(target.name)` is no target of the product")]
            }
            var findings: [Finding] = []
            if original.folder != folder {
                findings.append(finding(target.line, "`\(target.name)` lies in \(original.folder)"))
            }
            if original.dependencies != target.dependencies {
                findings.append(
                    finding(
                        target.line,
                        "`\(target.name)` depends on \(original.dependencies.sorted()) there"
                    )
                )
            }
            return findings
        }
    }

    /// Programs without seeds, and seeds without a program.
    func corpusFindings(paths: [String]) -> [Finding] {
        let programs = Set(
            manifest.targets.map(\.name).filter { $0.hasPrefix(Self.programPrefix) }
                .map { String($0.dropFirst(Self.programPrefix.count)) }
        )
        let corpus = Set(
            paths.filter { $0.hasPrefix("Fuzzing/Corpus/") }
                .map { String($0.split(separator: "/")[2]) }
        )
        return programs.symmetricDifference(corpus).sorted().map {
            finding(1, "`\($0)` has a program or a corpus, and not both")
        }
    }

    private func finding(_ line: Int, _ message: String) -> Finding {
        Finding(file: "Fuzzing/Package.swift", line: line, message: message)
    }
}
