// Reads one YAML file and remembers every problem with its place: an author gets all of them at
// once. YAML guesses types from the look of a value; here the field decides, so `environment:
// no` is the text `no` and `from: 08:00` is a time of day and not a number to the base sixty.

import ClawgressModel
import Yams

/// A text and where it stands.
struct SourceText {
    let text: String
    let node: Node
}

/// Collects the problems of one file.
final class SourceReader {
    let file: String
    private var problems: [SourceProblem] = []

    init(file: String) {
        self.file = file
    }

    /// How many problems were found so far.
    var problemCount: Int { problems.count }

    /// Remembers a problem at the beginning of `node`.
    func report(_ message: String, at node: Node) {
        let line = node.mark?.line ?? 1
        let column = node.mark?.column ?? 1
        problems.append(
            SourceProblem(file: file, line: line, column: column, message: message)
        )
    }

    /// Ends the reading: throws if there was any problem.
    func finish() throws(SourceError) {
        guard problems.isEmpty else {
            throw .problems(problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
        }
    }

    /// The one document of `text`, or nil if there is none.
    func root(of text: String) throws(SourceError) -> Node? {
        do {
            return try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch {
            throw .problems([problem(from: error)])
        }
    }

    private func problem(from error: any Error) -> SourceProblem {
        switch error {
        case YamlError.scanner(let context, let message, let mark, _),
            YamlError.parser(let context, let message, let mark, _),
            YamlError.composer(let context, let message, let mark, _):
            return SourceProblem(
                file: file,
                line: mark.line,
                column: mark.column,
                message: (context.map { $0.text + ", " } ?? "") + message
            )
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "`\($0)`" }.joined(separator: ", ")
            return SourceProblem(
                file: file,
                line: context.mark.line,
                column: context.mark.column,
                message: "\(names) is given twice in one mapping, first here"
            )
        case YamlError.reader(let message, _, _, _):
            return SourceProblem(file: file, line: 1, column: 1, message: message)
        default:
            return SourceProblem(file: file, line: 1, column: 1, message: "it is not valid yaml")
        }
    }

    /// A mapping with no other keys than `keys`; nil, with a problem, for anything else.
    func fields(_ node: Node, of what: String, keys: [String]) -> SourceFields? {
        guard case .mapping(let mapping) = node else {
            report("\(what) must be a mapping with keys such as `\(keys[0])`", at: node)
            return nil
        }
        var values: [String: Node] = [:]
        for (key, value) in mapping {
            guard case .scalar(let name) = key, keys.contains(name.string) else {
                let name = key.scalar?.string ?? ""
                report(
                    "unknown key `\(name)`" + Suggestion.phrase(for: name, among: keys),
                    at: key
                )
                continue
            }
            values[name.string] = value
        }
        return SourceFields(reader: self, node: node, values: values)
    }

    /// The entries of a mapping whose keys are names that the author chose.
    func entries(_ node: Node, of what: String) -> [(name: SourceText, value: Node)] {
        guard case .mapping(let mapping) = node else {
            report("\(what) must be a mapping", at: node)
            return []
        }
        return mapping.compactMap { key, value in
            text(key, what).map { (SourceText(text: $0, node: key), value) }
        }
    }

    /// The elements of a list.
    func elements(_ node: Node, of what: String) -> [Node]? {
        guard case .sequence(let sequence) = node else {
            report("`\(what)` must be a list, such as `[first, second]`", at: node)
            return nil
        }
        return Array(sequence)
    }

    /// Any scalar that is not null, as it is written.
    func text(_ node: Node, _ what: String) -> String? {
        guard case .scalar(let scalar) = node else {
            report("`\(what)` must be text", at: node)
            return nil
        }
        let isNull = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
        guard !isNull else {
            report("`\(what)` has no value", at: node)
            return nil
        }
        return scalar.string
    }
}
