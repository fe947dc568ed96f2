// The fuzz targets try what is shipped, and only that.

import Foundation
import Testing

@Suite("The fuzzing package")
struct FuzzingPackageTests {
    private static func manifest(_ path: String) -> String {
        Repository.current.files.first { $0.path == path }?.text ?? ""
    }

    private static let package = FuzzingPackage(text: manifest("Fuzzing/Package.swift"))

    /// Names in the folder of a corpus; the files themselves are bytes and no text.
    private static var corpusPaths: [String] {
        let folder = Repository.current.root.appending(path: "Fuzzing/Corpus")
        let names = FileManager.default.enumerator(atPath: folder.path(percentEncoded: false))
        return (names?.allObjects ?? []).compactMap { $0 as? String }
            .filter { $0.contains("/") }.map { "Fuzzing/Corpus/" + $0 }
    }

    @Test("imports no package")
    func packages() {
        #expect(!Self.package.manifest.targets.isEmpty)
        expectNone(Self.package.foreignPackages())
    }

    @Test("builds the product's modules as the product does")
    func modules() {
        expectNone(
            Self.package.differences(from: Manifest(text: Self.manifest("Package.swift")))
        )
    }

    @Test("has a corpus for each program")
    func corpus() {
        #expect(!Self.corpusPaths.isEmpty)
        expectNone(Self.package.corpusFindings(paths: Self.corpusPaths))
    }

    @Test("finds a package, another module and a missing corpus")
    func finds() {
        let package = FuzzingPackage(
            text: """
                dependencies: [.package(url: "x")], targets: [
                .target(name: "A", dependencies: ["B"], path: "Product/A"),
                .target(name: "C", path: "Product/D"),
                .target(name: "E", path: "Product/E"),
                .executableTarget(name: "fuzz-x", path: "Targets/X"),
                ]
                """
        )
        let product = Manifest(
            text: #".target(name: "A", path: "Sources/A"), .target(name: "C", path: "Sources/C")"#
        )
        #expect(package.foreignPackages().map(\.line) == [1])
        #expect(package.differences(from: product).map(\.line) == [2, 3, 4])
        #expect(package.corpusFindings(paths: ["Fuzzing/Corpus/y/a"]).count == 2)
        #expect(package.corpusFindings(paths: ["Fuzzing/Corpus/x/a"]) == [])
    }
}
