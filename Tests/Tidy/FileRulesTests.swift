// Files open, end, lie and are called as the house wants it.

import Foundation
import Testing

@Suite("Files")
struct FileRulesTests {
    private static var paths: [String] { Repository.current.files.map(\.path) }

    // MARK: - The repository

    @Test("every file says first why it exists")
    func openings() {
        expectNone(Repository.current.files.flatMap(FileRules.withoutOpeningComment))
    }

    @Test("every file ends in one line break")
    func ends() {
        expectNone(Repository.current.files.flatMap(FileRules.withoutProperEnd))
    }

    @Test("nothing unfinished is marked")
    func unfinished() {
        expectNone(
            Repository.current.files
                .filter { !$0.path.hasPrefix("Tests/Tidy/") && $0.kind != "md" }
                .flatMap(UnfinishedWork.findings)
        )
    }

    @Test("no tracked file is named like a secret")
    func secrets() throws {
        expectNone(try Self.trackedPaths().flatMap(FileRules.namedLikeSecret))
    }

    @Test("C lies in Sources/System only")
    func strayC() {
        expectNone(Self.paths.flatMap(FileRules.strayC))
    }

    @Test("every folder of the request path has tests")
    func tested() {
        expectNone(FileRules.untestedStages(paths: Self.paths))
    }

    // MARK: - Each rule can fail

    private func file(_ path: String, _ text: String) -> TextFile {
        TextFile(path: path, text: text)
    }

    @Test("finds a file that does not say why it exists")
    func findsOpening() {
        #expect(FileRules.withoutOpeningComment(file("A.swift", "import A\n")).count == 1)
        #expect(FileRules.withoutOpeningComment(file("Run", "#!/bin/sh\nls\n")).map(\.line) == [2])
        #expect(FileRules.withoutOpeningComment(file("A.swift", "// Why.\n")) == [])
        #expect(FileRules.withoutOpeningComment(file("Run", "#!/bin/sh\n# Why.\n")) == [])
        #expect(FileRules.withoutOpeningComment(file("A.json", "{}\n")) == [])
    }

    @Test("finds a file that ends in the middle of a line, or in empty ones")
    func findsEnd() {
        #expect(FileRules.withoutProperEnd(file("A.md", "a")).count == 1)
        #expect(FileRules.withoutProperEnd(file("A.md", "a\n\n")).count == 1)
        #expect(FileRules.withoutProperEnd(file("A.md", "a\n")) == [])
        #expect(FileRules.withoutProperEnd(file("A.bin", "a")) == [])
    }

    @Test("finds marks of unfinished work", arguments: ["TODO", "FIXME", "XXX"])
    func findsUnfinished(mark: String) {
        #expect(UnfinishedWork.findings(in: file("a.py", "\n# \(mark): later")).map(\.line) == [2])
        #expect(UnfinishedWork.findings(in: file("a.sh", "mktemp a.\(mark)XXXX")) == [])
    }

    @Test(
        "finds secrets by their names",
        arguments: ["a/b.pem", "signing.key", "a/.env", "id_rsa"]
    )
    func findsSecret(path: String) {
        #expect(FileRules.namedLikeSecret(path).count == 1)
        #expect(FileRules.namedLikeSecret("Sources/Model/APIKey.swift") == [])
    }

    @Test("finds C outside of its place")
    func findsC() {
        #expect(FileRules.strayC("Sources/Bytes/a.c").count == 1)
        #expect(FileRules.strayC("Sources/System/CLinux/a.c") == [])
    }

    @Test("finds a stage without tests")
    func findsUntested() {
        let paths = [
            "Sources/RequestPath/README.md", "Sources/RequestPath/Quota/A.swift",
            "Sources/RequestPath/Policy/A.swift", "Tests/RequestPath/PolicyTests/ATests.swift",
            "Tests/RequestPath/QuotaTests/Cases/a.case",
        ]
        #expect(FileRules.untestedStages(paths: paths).map(\.file) == ["Sources/RequestPath/Quota"])
    }

    /// What Git tracks; in a tree without Git, as from a release archive, everything there is.
    private static func trackedPaths() throws -> [String] {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments = ["git", "ls-files", "-z"]
        git.currentDirectoryURL = Repository.current.root
        let output = Pipe()
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        try git.run()
        let listed = try output.fileHandleForReading.readToEnd() ?? Data()
        git.waitUntilExit()
        let tracked = String(decoding: listed, as: UTF8.self).split(separator: "\0").map(
            String.init
        )
        return git.terminationStatus == 0 && !tracked.isEmpty ? tracked : paths
    }
}
