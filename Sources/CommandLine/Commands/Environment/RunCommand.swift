// One program with the proxy's variables set.

import ArgumentParser
import ClawgressBytes
import Foundation
import Glibc

/// `clawgress run -- COMMAND`.
struct RunCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a command whose requests go through the gateway.",
        discussion: """
            Example:
              clawgress run --proxy http://127.0.0.1:3128 --agent crawler \\
                --key-file crawler.key -- curl https://pypi.org/

            The command takes this process' place. The key is in its environment only, never \
            among its arguments, where other users could read it.
            """
    )

    @OptionGroup var options: ProxyOptions

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The command, after `--`.", valueName: "command")
    )
    var command: [String] = []

    func validate() throws {
        if command.isEmpty { throw ValidationError("give the command after `--`") }
    }

    func run(in context: CommandContext) throws {
        var environment = context.environment
        for (name, value) in try options.variables().all { environment[name] = value }
        let path = try locate(command[0], path: environment["PATH"] ?? "/usr/bin:/bin")
        let texts = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let failure = context.becomeProgram(path, command, texts)
        let error = FileError(code: failure, operation: "execute", path: path)
        throw CommandFailure(.notExecutable, error.description)
    }

    /// The program's file, looked for as a shell does.
    private func locate(_ name: String, path: String) throws -> String {
        if name.contains("/") { return name }
        let folders = path.split(separator: ":", omittingEmptySubsequences: false)
        let candidates = folders.map { $0.isEmpty ? "./\(name)" : "\($0)/\(name)" }
        guard let found = candidates.first(where: { Self.isProgram($0) }) else {
            throw CommandFailure(
                .notFound,
                "no program `\(TerminalText.escaped(name))` in the PATH"
            )
        }
        return found
    }

    private static func isProgram(_ path: String) -> Bool {
        let manager = FileManager.default
        let type = try? manager.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        return type != .typeDirectory && manager.isExecutableFile(atPath: path)
    }
}
