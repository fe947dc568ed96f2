// Everything that a command may use of the world, so that a test can give it another one.

import Foundation
import Glibc

/// The world as a command sees it.
public struct CommandContext: Sendable {
    /// Where answers and notes go.
    public var terminal: Terminal
    /// The environment's variables.
    public var environment: [String: String]
    /// Seconds since 1970 UTC.
    public var now: @Sendable () -> Int64
    /// Asks for a secret without echo; nil where nobody can be asked.
    public var askSecret: (@Sendable (_ prompt: String) -> [UInt8]?)?
    /// Becomes another program; returns only if that failed, with the system's error number.
    public var becomeProgram:
        @Sendable (_ path: String, _ arguments: [String], _ environment: [String]) -> Int32
    /// Waits a moment before following a file again; false ends the following.
    public var waitForMore: @Sendable () -> Bool
    /// Whether anybody reads standard output yet.
    public var isOutputRead: @Sendable () -> Bool
    /// Sends a request to an admin API and hands the answer on as it comes, until the last argument
    /// answers false; answers the status, and the body of a refusal.
    public var streamAPI:
        @Sendable (APIEndpoint, APIRequest, @escaping @Sendable ([UInt8]) throws -> Bool) throws ->
            APIAnswer
    /// Sends a request to an admin API and waits for the answer.
    public var callAPI: @Sendable (APIEndpoint, APIRequest) throws -> APIAnswer

    /// Describes a world.
    public init(
        terminal: Terminal,
        environment: [String: String],
        now: @escaping @Sendable () -> Int64,
        askSecret: (@Sendable (String) -> [UInt8]?)?,
        becomeProgram: @escaping @Sendable (String, [String], [String]) -> Int32,
        waitForMore: @escaping @Sendable () -> Bool,
        isOutputRead: @escaping @Sendable () -> Bool,
        callAPI: @escaping @Sendable (APIEndpoint, APIRequest) throws -> APIAnswer,
        streamAPI:
            @escaping @Sendable (
                APIEndpoint, APIRequest, @escaping @Sendable ([UInt8]) throws -> Bool
            ) throws -> APIAnswer
    ) {
        self.terminal = terminal
        self.environment = environment
        self.now = now
        self.askSecret = askSecret
        self.becomeProgram = becomeProgram
        self.waitForMore = waitForMore
        self.isOutputRead = isOutputRead
        self.callAPI = callAPI
        self.streamAPI = streamAPI
    }

    /// The process' own world.
    public static func process() -> CommandContext {
        let environment = ProcessInfo.processInfo.environment
        let ask: (@Sendable (String) -> [UInt8]?)? =
            isatty(STDIN_FILENO) == 1 ? { @Sendable prompt in HiddenPrompt.ask(prompt) } : nil
        return CommandContext(
            terminal: .standard(environment: environment),
            environment: environment,
            now: { WallClock.seconds() },
            askSecret: ask,
            becomeProgram: { ProcessImage.replace(with: $0, arguments: $1, environment: $2) },
            waitForMore: { FollowWait.next() },
            isOutputRead: { FollowWait.isOutputRead(within: 0) },
            callAPI: { try APIConnection.call($0, $1) },
            streamAPI: { try APIConnection.stream($0, $1, $2) }
        )
    }
}
