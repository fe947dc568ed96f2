// The command line's entry; everything it does is in ClawgressCommands, where tests reach it.

import ClawgressCommands
import Glibc

exit(CommandRunner.run(Array(CommandLine.arguments.dropFirst()), in: .process()))
