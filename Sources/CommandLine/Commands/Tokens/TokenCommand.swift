// The commands about tokens: for tests, pilots, and installations without an issuer of their own.

import ArgumentParser

/// `clawgress token`.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes issuer keys and signed tokens (JWT).",
        subcommands: [IssuerKeyCommand.self, TokenMint.self]
    )
}

/// `clawgress token issuer-key`.
struct IssuerKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issuer-key",
        abstract: "Makes keys that sign tokens.",
        subcommands: [IssuerKeyCreate.self]
    )
}
