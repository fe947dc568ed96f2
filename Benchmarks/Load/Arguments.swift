// `--name value` pairs after a mode. The tool has one user, Scripts/bench; what it does not
// understand ends it with a sentence.

import CLinux
import Glibc

/// The parsed command line.
struct Arguments {
    let mode: String
    private var values: [String: String] = [:]

    init(_ words: [String]) {
        mode = words.count > 1 ? words[1] : ""
        var index = 2
        while index < words.count {
            guard words[index].hasPrefix("--"), index + 1 < words.count else {
                Arguments.fail("expected `--name value`, got `\(words[index])`")
            }
            values[String(words[index].dropFirst(2))] = words[index + 1]
            index += 2
        }
    }

    func text(_ name: String) -> String? { values[name] }

    func number(_ name: String, default value: Int) -> Int {
        guard let text = values[name] else { return value }
        guard let number = Int(text), number >= 0 else {
            Arguments.fail("`--\(name)` wants a number, got `\(text)`")
        }
        return number
    }

    func endpoint(_ name: String) -> Endpoint? {
        guard let text = values[name] else { return nil }
        guard let endpoint = Endpoint(text) else {
            Arguments.fail("`--\(name)` wants an IPv4 address and port, got `\(text)`")
        }
        return endpoint
    }

    /// The lines of the file named by an option; empty without the option.
    func lines(_ name: String) -> [String] {
        guard let path = values[name] else { return [] }
        guard let file = fopen(path, "r") else { Arguments.fail("cannot read `\(path)`") }
        defer { fclose(file) }
        var lines: [String] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while true {
            let count = getline(&line, &capacity, file)
            guard count >= 0, let line else { return lines }
            let text = UnsafeRawBufferPointer(start: line, count: count)
            let content = text.last == UInt8(ascii: "\n") ? text.dropLast() : text[...]
            if !content.isEmpty { lines.append(String(decoding: content, as: UTF8.self)) }
        }
    }

    /// Ends the process with a sentence on standard error.
    static func fail(_ message: String) -> Never {
        let line = "clawgress-load: \(message)\n"
        _ = line.withCString { Glibc.write(2, $0, strlen($0)) }
        exit(2)
    }
}
