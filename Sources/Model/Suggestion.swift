// "Did you mean": most mistakes in what people write are slips of one or two letters.

/// Finds the word that was probably meant.
public enum Suggestion {
    /// `, did you mean …`, or nothing if no known word is near.
    public static func phrase(for word: String, among known: [String]) -> String {
        guard let near = nearest(to: word, among: known) else { return "" }
        return ", did you mean `\(near)`?"
    }

    /// The known word with the fewest edits, at most two and less than half of the word.
    public static func nearest(to word: String, among known: [String]) -> String? {
        let candidates = known.map { (word: $0, edits: edits(from: word, to: $0)) }
        guard let best = candidates.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= 2 && best.edits * 2 < best.word.count ? best.word : nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
    private static func edits(from first: String, to second: String) -> Int {
        let left = Array(first.lowercased().unicodeScalars.prefix(64))
        let right = Array(second.lowercased().unicodeScalars.prefix(64))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
