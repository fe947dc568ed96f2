// From arguments to an exit code, without touching the process: tests drive commands through
// this with a terminal of their own.

import ArgumentParser

/// A command that does its work in a given context.
protocol ContextCommand: ParsableCommand {
    /// Does the work; what it throws becomes a message and an exit code.
    func run(in context: CommandContext) throws
}

/// Runs the command line.
public enum CommandRunner {
    /// Parses `arguments` (without the program's name), runs the command, and returns the exit
    /// code: 0, 1 where a command answers "no", or one of sysexits.
    public static func run(_ arguments: [String], in context: CommandContext) -> Int32 {
        let command: any ContextCommand
        do {
            var parsed = try Clawgress.parseAsRoot(arguments)
            guard let leaf = parsed as? any ContextCommand else {
                // A group alone, or a request for help: running it throws the text.
                try parsed.run()
                return 0
            }
            command = leaf
        } catch {
            let code = Clawgress.exitCode(for: error).rawValue
            context.terminal.write(
                code == 0 ? .output : .error,
                Clawgress.fullMessage(for: error) + "\n"
            )
            return code
        }
        do {
            try command.run(in: context)
            return 0
        } catch {
            let failure = CommandFailure(error)
            for line in failure.message.split(separator: "\n") {
                context.terminal.note("clawgress: \(line)")
            }
            return failure.code.rawValue
        }
    }
}
