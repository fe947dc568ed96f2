// Pages of the documentation as tests see them: text, and the cells of tables.

import ClawgressBytes

/// A page in the folder `Documentation`.
struct DocumentationPage {
    let text: String

    init(_ name: String) throws {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let file = try MappedFile.open(path: "/\(root)/Documentation/\(name)", writable: false)
        text = file.bytes.string()
    }

    /// The rows of all tables, cells without white space around them.
    var rows: [[String]] {
        text.split(separator: "\n").filter { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|").map { cell in
                String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
        }
    }
}
