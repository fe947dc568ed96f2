// Links between our own pages and files. A link that leads nowhere tells the reader that
// nobody has followed it lately.

/// Finds the local links of a Markdown page.
enum MarkdownLinks {
    /// One link's target without its fragment.
    struct Link: Equatable {
        let target: String
        let line: Int
    }

    /// The links to files, outside of code blocks and code spans.
    static func links(in page: String) -> [Link] {
        var links: [Link] = []
        var isInCodeBlock = false
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        for (offset, line) in lines.enumerated() {
            if line.drop(while: { $0 == " " }).hasPrefix("```") {
                isInCodeBlock.toggle()
            } else if !isInCodeBlock {
                let targets =
                    inlineTargets(in: withoutCodeSpans(line)) + definitionTargets(in: line)
                links += targets.compactMap(localPath).map { Link(target: $0, line: offset + 1) }
            }
        }
        return links
    }

    /// The path that `target` means on a page at `page`, or nil where it leaves the repository.
    static func path(of target: String, on page: String) -> String? {
        var parts =
            target.hasPrefix("/") ? [] : page.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(String(part))
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }

    private static func withoutCodeSpans(_ line: Substring) -> String {
        line.split(separator: "`", omittingEmptySubsequences: false)
            .enumerated().filter { $0.offset.isMultiple(of: 2) }
            .map { String($0.element) }.joined(separator: " ")
    }

    private static func inlineTargets(in line: String) -> [String] {
        line.matches(of: #/\]\(\s*<?([^)\s>]+)/#).map { String($0.output.1) }
    }

    /// `[name]: target`, the definition of a reference.
    private static func definitionTargets(in line: Substring) -> [String] {
        line.prefixMatch(of: #/\s{0,3}\[[^\]]+\]:\s+<?([^\s>]+)/#).map { [String($0.output.1)] }
            ?? []
    }

    private static func localPath(_ target: String) -> String? {
        guard !target.contains("://"), !target.hasPrefix("mailto:"), !target.hasPrefix("#") else {
            return nil
        }
        return target.split(separator: "#").first.map(String.init)
    }
}
