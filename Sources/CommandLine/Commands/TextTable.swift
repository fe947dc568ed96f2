// Columns for people.

/// Rows whose cells are padded to the width of their column.
struct TextTable {
    private var rows: [[String]]

    init(_ titles: String...) {
        rows = [titles]
    }

    /// Adds a row; control characters in it are escaped.
    mutating func add(_ cells: String...) {
        rows.append(cells.map { TerminalText.escaped($0) })
    }

    /// The lines, titles first.
    var lines: [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return cells.joined(separator: "  ")
        }
    }
}
