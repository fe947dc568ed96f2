// The one line that the daemon says on standard output: the token of the first start.

import Foundation

/// Standard output, past the log.
enum StandardOutput {
    /// Writes one line.
    static func line(_ text: String) throws {
        try FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
    }
}
