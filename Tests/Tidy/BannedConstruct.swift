// What the house does not write, and what it writes instead. A row is a rule; the reason is in
// the replacement, because that is what the developer reads when the test fails.

/// A construct that some part of the tree must do without.
struct BannedConstruct {
    let word: Word
    /// Path prefixes where it is banned.
    let folders: [String]
    /// Path prefixes or file endings where it is allowed after all.
    let exceptions: [String]
    /// What to write instead.
    let replacement: String

    init(
        _ word: String,
        isFreeFunction: Bool = false,
        in folders: [String],
        except exceptions: [String] = [],
        instead replacement: String
    ) {
        self.word = Word(word, isFreeFunction: isFreeFunction)
        self.folders = folders
        self.exceptions = exceptions
        self.replacement = replacement
    }

    /// The lines of `file` that hold the construct.
    func findings(in file: SwiftText) -> [Finding] {
        guard applies(to: file.path) else { return [] }
        return file.code.enumerated().filter { word.occurs(in: $0.element) }.map {
            Finding(
                file: file.path,
                line: $0.offset + 1,
                message: "`\(word.text)` is banned here: \(replacement)"
            )
        }
    }

    private func applies(to path: String) -> Bool {
        folders.contains { path.hasPrefix($0) }
            && !exceptions.contains { path.hasPrefix($0) || path.hasSuffix($0) }
    }
}

extension BannedConstruct {
    private static let everywhere = ["Sources/", "Tests/", "Benchmarks/", "Examples/", "Fuzzing/"]
    private static let sources = ["Sources/"]
    /// Where time and randomness are arguments, so that a test can choose them.
    private static let pure = [
        "Sources/Model/", "Sources/RequestPath/Policy/", "Sources/RequestPath/Quota/",
        "Sources/RequestPath/Forward/", "Sources/ConfigTree/",
        "Sources/Services/PolicyService/Commit/",
    ]
    private static let environmentReaders = [
        "Sources/Platform/Daemon/", "Sources/CommandLine/Commands/",
    ]
    private static let clocks = ["Clock.swift"]

    /// Every rule.
    static let all = crashes + concurrency + surroundings + tests

    private static let crashes = [
        BannedConstruct("try!", in: sources, instead: "throw, or handle the error"),
        BannedConstruct("as!", in: sources, instead: "use `as?` and say what happens otherwise"),
        BannedConstruct(
            "fatalError(",
            in: sources,
            instead:
                "throw a typed error; for a programmer's mistake `precondition` with a sentence"
        ),
    ]

    private static let concurrency = [
        BannedConstruct(
            "DispatchQueue",
            in: everywhere,
            instead: "use an actor, a task, or a thread owned by one type"
        ),
        BannedConstruct(
            "Thread.sleep",
            in: everywhere,
            instead: "wait for the event itself, with a deadline"
        ),
        BannedConstruct(
            "Task.sleep",
            in: ["Tests/"],
            instead: "use a clock that the test moves, or poll with a deadline"
        ),
        BannedConstruct(
            "usleep(",
            isFreeFunction: true,
            in: everywhere,
            instead: "wait for the event itself, with a deadline"
        ),
        BannedConstruct(
            "sleep(",
            isFreeFunction: true,
            in: everywhere,
            instead: "wait for the event itself, with a deadline"
        ),
    ]

    private static let surroundings = [
        BannedConstruct(
            "print(",
            isFreeFunction: true,
            in: sources,
            except: ["Sources/CommandLine/"],
            instead: "log through a `Logger`"
        ),
        BannedConstruct(
            "ProcessInfo.processInfo.environment",
            in: sources,
            except: environmentReaders,
            instead: "take the value as an argument; only Daemon and Commands read the environment"
        ),
        BannedConstruct(
            "getenv(",
            in: sources,
            except: environmentReaders,
            instead: "take the value as an argument; only Daemon and Commands read the environment"
        ),
        BannedConstruct(
            "Date()",
            in: sources,
            except: clocks,
            instead: "take the time as an argument; only a file named `…Clock.swift` asks for it"
        ),
        BannedConstruct(
            "Date.now",
            in: sources,
            except: clocks,
            instead: "take the time as an argument; only a file named `…Clock.swift` asks for it"
        ),
        BannedConstruct(
            "SystemRandomNumberGenerator()",
            in: pure,
            instead: "take the generator as an argument"
        ),
        BannedConstruct(
            "ContinuousClock",
            in: pure,
            instead: "take the time as an argument"
        ),
        BannedConstruct(
            "SuspendingClock",
            in: pure,
            instead: "take the time as an argument"
        ),
    ]

    private static let tests = [
        BannedConstruct(
            "@testable",
            in: everywhere,
            instead: "test through the public API; what cannot be reached by it is not needed"
        ),
        BannedConstruct(
            "import XCTest",
            in: everywhere,
            instead: "write `import Testing`"
        ),
        BannedConstruct(
            ".disabled(",
            in: ["Tests/"],
            instead: "mend the test or delete it; a test that does not run proves nothing"
        ),
    ]
}
