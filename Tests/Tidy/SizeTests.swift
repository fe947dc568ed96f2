// Files and functions stay small enough to be read at one go.

import Testing

@Suite("Sizes")
struct SizeTests {
    static let fileLinesMax = 500
    static let functionLinesMax = 70
    static let medianFileLinesMax = 150

    static let measuredKinds: Set<String> = ["swift", "py", "sh", "c", "h"]

    @Test("no file is longer than 500 lines")
    func files() {
        expectNone(Repository.current.files.flatMap { Self.fileFindings(in: $0) })
    }

    @Test("no function is longer than 70 lines")
    func functions() {
        expectNone(Repository.current.swiftFiles.flatMap { Self.functionFindings(in: $0) })
    }

    @Test("half of the source files have at most 150 lines")
    func median() {
        let sizes = Repository.current.swiftFiles(under: "Sources/").map(\.lines.count)
        let median = Self.median(of: sizes)
        #expect(
            median <= Self.medianFileLinesMax,
            "the median source file has \(median) lines: split files by the type they hold"
        )
    }

    @Test("finds a file that is too long")
    func findsFile() {
        let text = String(repeating: "a\n", count: Self.fileLinesMax)
        #expect(Self.fileFindings(in: TextFile(path: "A.swift", text: text)) == [])
        #expect(Self.fileFindings(in: TextFile(path: "A.swift", text: text + "a\n")).count == 1)
        #expect(Self.fileFindings(in: TextFile(path: "A.case", text: text + "a\n")) == [])
    }

    @Test("finds a function that is too long")
    func findsFunction() {
        let body = String(repeating: "    call()\n", count: Self.functionLinesMax - 2)
        let fits = SwiftText(path: "A.swift", text: "\nfunc a() {\n" + body + "}\n")
        let exceeds = SwiftText(path: "A.swift", text: "\nfunc a() {\n" + body + "\n}\n")
        #expect(Self.functionFindings(in: fits) == [])
        #expect(Self.functionFindings(in: exceeds).map(\.line) == [2])
    }

    @Test("takes a switch of one-line cases for a table")
    func acceptsTable() {
        let rows = String(repeating: "    case .a: \"a\"\n", count: Self.functionLinesMax)
        let table = SwiftText(path: "A.swift", text: "func a() {\n" + rows + "}\n")
        #expect(Self.functionFindings(in: table) == [])
    }

    @Test("takes the middle size as the median")
    func takesMedian() {
        #expect(Self.median(of: [900, 10, 151]) == 151)
        #expect(Self.median(of: []) == 0)
    }

    @Test("measures all that has a body, and nothing else")
    func measures() {
        let text = """
            protocol A { func required() -> Int; var size: Int { get } }
            struct B {
                var stored = [1].map { $0 }
                init?(a: () -> Void = { }) throws {
                    self.init(b: 1)
                }
                func plain<T>(_ t: T) throws(E) -> [T]
                where T: P {
                    let text = "}"; if true { }  // }
                }
                var computed: Int {
                    1
                }
                deinit { }
            }
            """
        let functions = FunctionScanner.functions(in: SwiftText(path: "A.swift", text: text))
        #expect(functions.map(\.name) == ["size", "init", "plain", "computed", "deinit"])
        #expect(functions.map(\.lineCount) == [1, 3, 4, 3, 1])
    }

    private static func fileFindings(in file: TextFile) -> [Finding] {
        let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
        guard measuredKinds.contains(file.kind), count > fileLinesMax else { return [] }
        return [
            Finding(
                file: file.path,
                line: fileLinesMax + 1,
                message: "\(count) lines, at most \(fileLinesMax): split it by the type it holds"
            )
        ]
    }

    private static func functionFindings(in file: SwiftText) -> [Finding] {
        FunctionScanner.functions(in: file).filter { $0.lineCount > functionLinesMax }.map {
            Finding(
                file: file.path,
                line: $0.line,
                message: "`\($0.name)` has \($0.lineCount) lines, at most \(functionLinesMax): "
                    + "let it branch, and move the work into functions of its own"
            )
        }
    }

    private static func median(of sizes: [Int]) -> Int {
        sizes.isEmpty ? 0 : sizes.sorted()[sizes.count / 2]
    }
}
