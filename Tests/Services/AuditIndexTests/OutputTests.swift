// What agents wrote, on its way to terminals and sheets.

import ClawgressAuditIndex
import ClawgressContract
import ClawgressJWS
import Testing

@Suite("records for people and programs")
struct OutputTests {
    static let hostile = [
        "\u{1B}[2J\u{1B}]0;title\u{07}", "a\nb\r\nc\td", "\u{9B}31m", "\u{7F}\u{0}",
        "safe\u{202E}gpj.exe", "\u{2028}line", "\u{E0001}tag", "=cmd|'/c calc'!A0", "\u{FEFF}bom",
        "+1+1", "-2", "@sum(1)", "\t=1", "\r=1", "\u{FF1D}1", "a,b\"c\"", "\\u{1b}", "日本 é 😀", "",
    ]

    private func json(_ text: String) -> [UInt8] {
        Array(JSONValue.object([JSONMember("path", .string(text))]).jsonText.utf8)
    }

    @Test("stay the same JSON, without a character that a terminal obeys", arguments: hostile)
    func lines(text: String) throws {
        let item = RecordLines.item(3, json(text))
        let shown = String(decoding: item, as: UTF8.self)
        #expect(shown.unicodeScalars.allSatisfy(HarmlessText.isHarmless))
        let value = try StrictJSON.read(item.span)
        #expect(value["record"]?["path"]?.text == text)
        #expect(value["index"]?.integer == 3)
    }

    @Test("are one line of a sheet, and no formula", arguments: hostile)
    func sheet(text: String) throws {
        let line = RecordSheet.line(3, json(text))
        #expect(line.hasSuffix("\r\n"))
        let content = line.dropLast(1)
        #expect(content.unicodeScalars.allSatisfy(HarmlessText.isHarmless))
        let row = try cells(String(content))
        let heads = try cells(String(RecordSheet.head.dropLast(1)))
        #expect(row.count == heads.count)
        let cell = row[try #require(heads.firstIndex(of: "path"))]
        #expect(!"=+-@\t\r\u{FF1D}".contains(cell.first ?? " "))
        let escaped = HarmlessText.escaped(text)
        #expect(cell == escaped || cell == "'\(escaped)")
    }

    @Test("begin with an apostrophe where a program would see a formula")
    func formulas() throws {
        for text in ["=1", "+1", "-1", "@a", "\ta", "\ra"] {
            #expect(RecordSheet.line(1, json(text)).contains(",'"), "\(text)")
        }
        #expect(!RecordSheet.line(1, json("a=1")).contains("'"))
    }

    @Test("are rows of their kind, also where a record is gone")
    func kinds() throws {
        #expect(try cells(String(RecordSheet.line(1, json("a")).dropLast(1)))[2] == "request")
        let gap = Array(#"{"record":"gap"}"#.utf8)
        #expect(try cells(String(RecordSheet.line(1, gap).dropLast(1)))[2] == "gap")
        #expect(RecordSheet.line(7, []).hasPrefix("7,,,"))
        #expect(
            String(decoding: RecordLines.item(7, nil), as: UTF8.self)
                == #"{"index":7,"record":null}"#
        )
    }

    /// The cells of one row (RFC 4180).
    private func cells(_ line: String) throws -> [String] {
        var cells = [""]
        var isQuoted = false
        var rest = Substring(line)
        while let character = rest.popFirst() {
            switch character {
            case "\"" where isQuoted && rest.first == "\"":
                cells[cells.count - 1].append("\"")
                rest.removeFirst()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: cells.append("")
            default: cells[cells.count - 1].append(character)
            }
        }
        try #require(!isQuoted)
        return cells
    }
}
