// The package's manifest, read as text: asking SwiftPM would take seconds and a lock that the
// running test already holds. It relies on targets being written out plainly, which the test
// "every folder with sources belongs to a target" makes sure of.

/// The targets of Package.swift.
struct Manifest {
    /// One target as it is declared.
    struct Target {
        let name: String
        /// Relative to the root, with a slash at the end.
        let folder: String
        let isTest: Bool
        /// The modules that it may import: targets and products.
        fileprivate(set) var dependencies: Set<String>
        /// The line of its declaration, counted from one.
        let line: Int
    }

    let targets: [Target]

    init(_ manifest: TextFile) {
        self.init(text: manifest.text)
    }

    init(text: String) {
        let source = Array(text.utf8)
        let isCode = SwiftLexer.kinds(of: source).map { $0 == .code }
        let scanner = ManifestScanner(source: source, isCode: isCode)
        let written = scanner.declarations().map(scanner.target)
        let names = Set(written.map(\.name))
        targets = written.map { target in
            var target = target
            target.dependencies = Set(
                target.dependencies.map {
                    names.contains(Self.prefix + $0) ? Self.prefix + $0 : $0
                }
            )
            return target
        }
    }

    /// What the manifest leaves out of the names of our modules.
    static let prefix = "Clawgress"

    /// The target whose folder holds `path`; of nested ones the innermost.
    func target(of path: String) -> Target? {
        targets.filter { path.hasPrefix($0.folder) }.max { $0.folder.count < $1.folder.count }
    }

    /// A target's dependencies, theirs, and so on, as far as they are targets of ours.
    func closure(of name: String) -> Set<String> {
        var reached: Set<String> = []
        var waiting = [name]
        while let next = waiting.popLast() {
            guard reached.insert(next).inserted,
                let target = targets.first(where: { $0.name == next })
            else { continue }
            waiting += target.dependencies
        }
        return reached
    }
}

/// Finds declarations and their labelled strings in the manifest's bytes.
private struct ManifestScanner {
    struct Declaration {
        let kind: String
        let range: Range<Int>
        let line: Int
    }

    private static let kinds = [
        "target", "executableTarget", "testTarget", "systemLibrary", "macro", "plugin", "module",
        "tests",
    ]

    let source: [UInt8]
    let isCode: [Bool]

    /// The target declarations, each from its parenthesis to the matching one.
    func declarations() -> [Declaration] {
        var declarations: [Declaration] = []
        var position = 0
        while position < source.count {
            guard let kind = Self.kinds.first(where: { codeStarts(with: ".\($0)(", at: position) }),
                let end = closing(of: position + kind.utf8.count + 1)
            else {
                position += 1
                continue
            }
            let line = source[..<position].count { $0 == UInt8(ascii: "\n") } + 1
            declarations.append(Declaration(kind: kind, range: position..<end, line: line))
            position = end
        }
        return declarations
    }

    /// A target by SwiftPM's own labels, or by the two short forms `module` and `tests`.
    func target(_ declaration: Declaration) -> Manifest.Target {
        let range = declaration.range
        let first = strings(in: range).first?.text ?? ""
        let word = first.split(separator: "/").last.map(String.init) ?? first
        let isTest = ["testTarget", "tests"].contains(declaration.kind)
        let name: String
        let path: String
        switch declaration.kind {
        case "module": (name, path) = (Manifest.prefix + word, "Sources/" + first)
        case "tests": (name, path) = (word + "Tests", "Tests/\(first)Tests")
        default:
            name = text(after: "name:", in: range) ?? ""
            path = text(after: "path:", in: range) ?? (isTest ? "Tests/" : "Sources/") + name
        }
        return Manifest.Target(
            name: name,
            folder: path + "/",
            isTest: isTest,
            dependencies: dependencies(in: range),
            line: declaration.line
        )
    }

    /// The first string behind the first `label` in `range`.
    func text(after label: String, in range: Range<Int>) -> String? {
        guard let start = range.first(where: { codeStarts(with: label, at: $0) }) else {
            return nil
        }
        return strings(in: start..<range.upperBound).first?.text
    }

    /// Every name in the list of dependencies; of a product its name and not its package.
    func dependencies(in range: Range<Int>) -> Set<String> {
        let labels = ["dependencies:", "uses:"]
        guard
            let label = range.first(where: { position in
                labels.contains { codeStarts(with: $0, at: position) }
            }),
            let opening = (label..<range.upperBound).first(where: { codeStarts(with: "[", at: $0) }
            ),
            let end = closing(of: opening)
        else { return [] }
        let names = strings(in: opening..<end).filter { !isLabelled("package:", $0.start) }
        return Set(names.map(\.text))
    }

    private func strings(in range: Range<Int>) -> [(text: String, start: Int)] {
        var strings: [(text: String, start: Int)] = []
        var position = range.lowerBound
        while position < range.upperBound {
            guard source[position] == UInt8(ascii: "\""), !isCode[position],
                let end = source[(position + 1)...].firstIndex(of: UInt8(ascii: "\""))
            else {
                position += 1
                continue
            }
            strings.append(
                (String(decoding: source[(position + 1)..<end], as: UTF8.self), position)
            )
            position = end + 1
        }
        return strings
    }

    private func isLabelled(_ label: String, _ start: Int) -> Bool {
        let before = source[..<start].reversed().drop { $0 == UInt8(ascii: " ") }
        return before.starts(with: label.utf8.reversed())
    }

    private func codeStarts(with expected: String, at position: Int) -> Bool {
        isCode[position] && source[position...].starts(with: expected.utf8)
    }

    /// The position behind the bracket that closes the one at `opening`.
    private func closing(of opening: Int) -> Int? {
        var depth = 0
        for position in opening..<source.count where isCode[position] {
            switch source[position] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            default: continue
            }
            if depth == 0 { return position + 1 }
        }
        return nil
    }
}
