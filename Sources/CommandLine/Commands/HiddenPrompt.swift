// Asking for a passphrase without showing it.

import Glibc

/// A question on the terminal whose answer is not echoed.
enum HiddenPrompt {
    /// Asks, and returns the line without its end; nil if there was none or it was interrupted.
    static func ask(_ prompt: String) -> [UInt8]? {
        var settings = termios()
        // unsafe: the call fills the one local value whose address it is given.
        let isTerminal = unsafe tcgetattr(STDIN_FILENO, &settings) == 0
        let before = settings
        // Without signals too: an interrupt here would leave the terminal without echo.
        settings.c_lflag &= ~tcflag_t(ECHO | ISIG)
        // unsafe: the call reads the one local value whose address it is given.
        if isTerminal { _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) }
        defer {
            var restored = before
            // unsafe: the call reads the one local value whose address it is given.
            if isTerminal { _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored) }
        }
        Terminal.standard(environment: [:]).write(.error, prompt)
        let answer = readLine(strippingNewline: true)
        Terminal.standard(environment: [:]).write(.error, "\n")
        let interrupt: UInt8 = 0x03
        return answer.map { Array($0.utf8) }.flatMap { $0.contains(interrupt) ? nil : $0 }
    }
}
