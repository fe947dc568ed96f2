// A password from a file or a person; never from the arguments, where other users could read it.

import ClawgressBytes

/// Reads secrets.
enum SecretInput {
    /// The first line of `file`, or what a person types at `prompt`.
    static func read(
        file: String?,
        prompt: String,
        in context: CommandContext
    ) throws -> String {
        let bytes: [UInt8]
        if let file {
            let content = try WholeFile.read(file, bytesMax: 4_096)
            bytes = Array(content.prefix { $0 != 0x0A && $0 != 0x0D })
        } else {
            guard let askSecret = context.askSecret else {
                throw CommandFailure(
                    .noInput,
                    "no password: give --password-file FILE, or run this on a terminal"
                )
            }
            bytes = askSecret(prompt) ?? []
        }
        guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.noInput, "the password is empty or not UTF-8")
        }
        return text
    }
}
