// Requests and answers as values of the contract. What the server refuses ends the command with
// the server's own words.

import ArgumentParser
import ClawgressContract
import Foundation

/// The admin API as commands use it.
struct APIClient {
    let endpoint: APIEndpoint
    private let send: @Sendable (APIEndpoint, APIRequest) throws -> APIAnswer

    init(_ endpoint: APIEndpoint, in context: CommandContext) {
        self.endpoint = endpoint
        send = context.callAPI
    }

    /// Sends a request and returns the answer's body.
    ///
    /// - Throws: ``CommandFailure`` for whatever is no success.
    func body(_ request: APIRequest) throws -> [UInt8] {
        let answer = try send(endpoint, request)
        guard (200..<300).contains(answer.status) else { throw APIProblem(answer).failure }
        return answer.body
    }

    /// The answer as text.
    func text(_ request: APIRequest) throws -> String {
        String(decoding: try body(request), as: UTF8.self)
    }

    /// The answer as a value, and as it came.
    func value<Answer: Decodable>(
        _ type: Answer.Type,
        _ request: APIRequest
    ) throws -> (value: Answer, body: [UInt8]) {
        let body = try body(request)
        return (try Self.decode(type, body), body)
    }

    /// How many entries of a long list are asked for at once: as many as there may be.
    private static var pageMax: Int { 1_000 }

    /// Every page of a list.
    ///
    /// - Parameter next: where a page says that there is another one.
    func pages<Answer: Decodable>(
        _ type: Answer.Type,
        _ path: String,
        query: [(name: String, value: String?)] = [],
        next: (Answer) -> String?
    ) throws -> [Answer] {
        var pages: [Answer] = []
        var cursor: String?
        repeat {
            let place = [("limit", String(Self.pageMax)), ("cursor", cursor)]
            let page = try value(type, APIRequest(.get, path, query: query + place)).value
            pages.append(page)
            cursor = next(page)
        } while cursor != nil
        return pages
    }

    /// Reads an answer.
    static func decode<Answer: Decodable>(_ type: Answer.Type, _ body: [UInt8]) throws -> Answer {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw CommandFailure(
                .software,
                "the API's answer is not what this version knows: is it the same version? \(error)"
            )
        }
    }

    /// Writes the body of a request.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}

/// A command that asks the admin API.
protocol APICommand: ContextCommand {
    var options: APIOptions { get }

    /// Asks, and prints the answer.
    func run(with client: APIClient, on terminal: Terminal) throws
}

extension APICommand {
    func run(in context: CommandContext) throws {
        let client = APIClient(try options.endpoint(in: context), in: context)
        try run(with: client, on: context.terminal)
    }

    /// Sends a request; prints the answer as it came for `--json`, else as `show` says.
    func ask<Answer: Decodable>(
        _ client: APIClient,
        _ request: APIRequest,
        as type: Answer.Type,
        on terminal: Terminal,
        show: (Answer) -> Void
    ) throws {
        let answer = try client.value(type, request)
        if options.json {
            terminal.line(Self.trimmed(answer.body))
        } else {
            show(answer.value)
        }
    }

    static func trimmed(_ body: [UInt8]) -> String {
        let text = String(decoding: body, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
