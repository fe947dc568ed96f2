// The checks stand on the lexer: if it lost its place, they would pass without having looked.

import Testing

@Suite("Taking Swift files apart")
struct SwiftTextTests {
    private func code(_ text: String) -> [String] {
        SwiftText(path: "Sample.swift", text: text).code.map(trimmed)
    }

    private func blank(_ count: Int) -> String {
        String(repeating: " ", count: count)
    }

    private func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    @Test("blanks comments, nested ones too")
    func comments() {
        #expect(code("a // try! b\nc /* d /* e */ f */ g") == ["a", "c" + blank(19) + "g"])
    }

    @Test("blanks strings and keeps what is interpolated")
    func strings() {
        let line = code(#"f("a // b", "\(c("}"))x") + d"#)
        #expect(
            line == ["f(" + blank(8) + ", " + blank(3) + "c(" + blank(3) + ")" + blank(3) + ") + d"]
        )
    }

    @Test("blanks raw and multi-line strings to their own end")
    func longStrings() {
        #expect(code("x = #\"a\"b\\(c)\"# + y") == ["x = " + blank(11) + " + y"])
        #expect(code("x = \"\"\"\n  \"{\" // a\n\"\"\" + y") == ["x =", "", blank(3) + " + y"])
    }

    @Test("keeps the comments apart")
    func commentLines() {
        let text = SwiftText(path: "Sample.swift", text: "a // why\n\"// not\"")
        #expect(text.comments.map(trimmed) == [blank(2) + "// why", ""])
    }

    @Test("finds the repository that it belongs to")
    func repository() {
        let paths = Repository.current.files.map(\.path)
        #expect(paths.contains("Package.swift"))
        #expect(paths.contains("Tests/Tidy/SwiftTextTests.swift"))
        #expect(paths.contains { $0.hasPrefix("Sources/RequestPath/Policy/") })
    }
}
