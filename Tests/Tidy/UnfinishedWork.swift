// Marks of unfinished work. They belong into the issue tracker, where somebody will see them.

/// Finds the usual marks in comments, scripts and sources of any language.
enum UnfinishedWork {
    static let marks = ["TODO", "FIXME", "XXX"].map { Word($0) }

    static func findings(in file: TextFile) -> [Finding] {
        file.lines.enumerated().flatMap { offset, line in
            marks.filter { $0.occurs(in: String(line)) }.map { mark in
                Finding(
                    file: file.path,
                    line: offset + 1,
                    message: "`\(mark.text)`: finish it, or open an issue and delete the mark"
                )
            }
        }
    }
}
