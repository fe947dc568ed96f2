// Every promise to the compiler has its reason beside it.

import Testing

@Suite("Reasons for unsafety")
struct UnsafetyCommentsTests {
    @Test("every unchecked promise says why it holds")
    func repository() {
        expectNone(
            Repository.current.swiftFiles(under: "Sources/", "Tests/", "Benchmarks/")
                .flatMap { UnsafetyComments.findings(in: $0) }
        )
    }

    @Test(
        "finds a promise without a reason",
        arguments: [
            "final class A: @unchecked Sendable {\n}",
            "/// An A.\nfinal class A: @unchecked Sendable {\n}",
            "let a = 1 // why\n\nnonisolated(unsafe) var b = 2",
            "func a() {\n    let b = unsafe c()\n}",
            "unsafe a()",
        ]
    )
    func finds(text: String) {
        #expect(UnsafetyComments.findings(in: SwiftText(path: "A.swift", text: text)).count == 1)
    }

    @Test(
        "accepts a reason on the line, above it, or first in the body",
        arguments: [
            "// The pointer has one owner.\nfinal class A: @unchecked Sendable {\n}",
            "final class A: @unchecked Sendable {\n    // One owner.\n}",
            "/// Sendable although unchecked, because it never changes.\nstruct A: @unchecked Sendable {}",
            "// Written once.\n@usableFromInline\nnonisolated(unsafe) var b = 2",
            "// In bounds.\nlet b =\n    unsafe c()\nlet d = unsafe e()",
            "nonisolated(unsafe) var b = 2 // written once",
            "let text = \"unsafe thing\"; unsafe = 1; call(unsafe: 2)",
        ]
    )
    func accepts(text: String) {
        #expect(UnsafetyComments.findings(in: SwiftText(path: "A.swift", text: text)) == [])
    }
}
