// A world for commands: a folder of its own, a fixed clock, and output that is kept.

import ClawgressCommands
import Foundation
import Synchronization

/// What a command did.
struct CommandResult {
    let code: Int32
    let output: String
    let errors: String

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// Runs commands in a temporary folder.
final class CommandWorld: Sendable {
    static let now: Int64 = 1_800_000_000

    let folder: String
    private let isInteractive: Bool
    private let width: Int

    /// Makes a world whose standard output is a terminal of so many columns, or none.
    init(isInteractive: Bool = false, width: Int = 80) throws {
        self.isInteractive = isInteractive
        self.width = width
        folder = FileManager.default.temporaryDirectory.path + "/clawgress-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write("correct horse battery\n", to: "passphrase")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The path of a file in the world.
    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    /// The permission bits of a file.
    func mode(_ name: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    /// Runs a command; a leading `@` of an argument stands for the world's folder.
    func run(
        _ arguments: String...,
        environment: [String: String] = [:],
        answers: [String]? = nil
    ) -> CommandResult {
        run(arguments: arguments, environment: environment, answers: answers)
    }

    /// Runs a command with everything that can be injected.
    func run(
        arguments: [String],
        environment: [String: String] = [:],
        answers: [String]? = nil,
        becoming become: @escaping @Sendable (String, [String], [String]) -> Int32 = { _, _, _ in 0
        },
        waitForMore: @escaping @Sendable () -> Bool = { false },
        callingAPI callAPI: @escaping @Sendable (APIEndpoint, APIRequest) throws -> APIAnswer = {
            _,
            _ in APIAnswer(status: 599, body: [])
        },
        streamingAPI streamAPI:
            @escaping @Sendable (
                APIEndpoint, APIRequest, @escaping @Sendable ([UInt8]) throws -> Bool
            ) throws -> APIAnswer = { _, _, _ in APIAnswer(status: 599, body: []) }
    ) -> CommandResult {
        let written = Texts()
        let waiting = Answers(answers ?? [])
        let terminal = Terminal(
            isInteractive: isInteractive,
            hasColour: false,
            width: width
        ) { stream, text in written.append(text, to: stream) }
        let ask: (@Sendable (String) -> [UInt8]?)? =
            answers == nil ? nil : { @Sendable _ in waiting.next() }
        let context = CommandContext(
            terminal: terminal,
            environment: environment,
            now: { Self.now },
            askSecret: ask,
            becomeProgram: become,
            waitForMore: waitForMore,
            isOutputRead: { true },
            callAPI: callAPI,
            streamAPI: streamAPI
        )
        let code = CommandRunner.run(arguments.map { place($0) }, in: context)
        return CommandResult(code: code, output: written.output, errors: written.errors)
    }

    private func place(_ argument: String) -> String {
        argument.hasPrefix("@") ? path(String(argument.dropFirst())) : argument
    }

    /// A world with a starter source in `bundle`.
    static func withStarter() throws -> CommandWorld {
        let world = try CommandWorld()
        try FileManager.default.copyItem(
            atPath: try starter.get().path("bundle"),
            toPath: world.path("bundle")
        )
        return world
    }

    /// Made once: sealing a key is slow on purpose.
    private static let starter = Result {
        let world = try CommandWorld()
        let result = world.run("bundle", "init", "@bundle", "--passphrase-file", "@passphrase")
        guard result.code == 0 else { throw Failure(text: result.errors) }
        return world
    }

    struct Failure: Error {
        let text: String
    }
}

/// What was written so far.
private final class Texts: Sendable {
    private let texts = Mutex((output: "", errors: ""))

    var output: String { texts.withLock { $0.output } }
    var errors: String { texts.withLock { $0.errors } }

    func append(_ text: String, to stream: Terminal.Stream) {
        texts.withLock {
            switch stream {
            case .output: $0.output += text
            case .error: $0.errors += text
            }
        }
    }
}

/// What a person will type.
private final class Answers: Sendable {
    private let lines: Mutex<[String]>

    init(_ lines: [String]) {
        self.lines = Mutex(lines)
    }

    func next() -> [UInt8]? {
        lines.withLock { $0.isEmpty ? nil : Array($0.removeFirst().utf8) }
    }
}
