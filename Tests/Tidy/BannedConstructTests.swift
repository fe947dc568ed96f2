// Keeps out what the house does not write. The samples are strings, which the lexer blanks, so
// this folder may name what it bans.

import Testing

@Suite("Banned constructs")
struct BannedConstructTests {
    @Test("no source uses a banned construct")
    func repository() {
        expectNone(
            Repository.current.swiftFiles.flatMap { file in
                BannedConstruct.all.flatMap { $0.findings(in: file) }
            }
        )
    }

    /// A line that must be found in a file at that path, once.
    struct Sample: CustomTestStringConvertible {
        let line: String
        let path: String
        var testDescription: String { "\(line) in \(path)" }
    }

    static let refused: [Sample] = [
        Sample(line: "let a = try! b()", path: "Sources/Bytes/A.swift"),
        Sample(line: "let a = b as! C", path: "Sources/Bytes/A.swift"),
        Sample(line: "fatalError(reason)", path: "Sources/Bytes/A.swift"),
        Sample(line: "DispatchQueue.main.async {}", path: "Tests/A.swift"),
        Sample(line: "Thread.sleep(forTimeInterval: 1)", path: "Sources/Bytes/A.swift"),
        Sample(line: "try await Task.sleep(for: .seconds(1))", path: "Tests/A.swift"),
        Sample(line: "usleep(1000)", path: "Tests/A.swift"),
        Sample(line: "sleep(1)", path: "Tests/A.swift"),
        Sample(line: "print(answer)", path: "Sources/RequestPath/Policy/A.swift"),
        Sample(line: "ProcessInfo.processInfo.environment[a]", path: "Sources/Model/A.swift"),
        Sample(line: "getenv(name)", path: "Sources/RequestPath/Gateway/A.swift"),
        Sample(line: "let now = Date()", path: "Sources/RequestPath/Gateway/A.swift"),
        Sample(line: "let now = Date.now", path: "Sources/RequestPath/Gateway/A.swift"),
        Sample(line: "SystemRandomNumberGenerator()", path: "Sources/RequestPath/Quota/A.swift"),
        Sample(line: "ContinuousClock().now", path: "Sources/RequestPath/Quota/A.swift"),
        Sample(line: "SuspendingClock().now", path: "Sources/RequestPath/Quota/A.swift"),
        Sample(line: "@testable import A", path: "Tests/A.swift"),
        Sample(line: "import XCTest", path: "Tests/A.swift"),
        Sample(line: "@Test(.disabled(reason))", path: "Tests/A.swift"),
    ]

    @Test("finds each of them", arguments: refused)
    func finds(sample: Sample) {
        let file = SwiftText(path: sample.path, text: "\n" + sample.line)
        #expect(BannedConstruct.all.flatMap { $0.findings(in: file) }.map(\.line) == [2])
    }

    @Test("has a sample for every rule")
    func samplesAreComplete() {
        for rule in BannedConstruct.all {
            #expect(
                Self.refused.contains { rule.word.occurs(in: $0.line) },
                "add a sample for `\(rule.word.text)`"
            )
        }
    }

    static let allowed: [Sample] = [
        Sample(line: "output.print(answer)", path: "Sources/RequestPath/Policy/A.swift"),
        Sample(line: "print(answer)", path: "Sources/CommandLine/Commands/A.swift"),
        Sample(line: "blueprint(answer)", path: "Sources/Model/A.swift"),
        Sample(line: "let now = Date()", path: "Sources/Platform/Daemon/SystemClock.swift"),
        Sample(line: "let text = \"try! again\" // try! again", path: "Sources/Model/A.swift"),
        Sample(line: "try !isEmpty", path: "Sources/Model/A.swift"),
    ]

    @Test("leaves lookalikes alone", arguments: allowed)
    func leavesAlone(sample: Sample) {
        let file = SwiftText(path: sample.path, text: sample.line)
        #expect(BannedConstruct.all.flatMap { $0.findings(in: file) } == [])
    }
}
