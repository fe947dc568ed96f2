// A log behind a web server or the control plane, in the paths of C2SP tlog-tiles. What will be wanted next
// is asked for ahead of time, or the way to the server would be waited for once for every file.

import AsyncHTTPClient
import ClawgressContract
import ClawgressLogVerification
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// A log at a URL.
final class WebLog: Sendable {
    /// A file has at most 16 MiB; a server that sends less than that in this time is of no use.
    private static var secondsMax: Int64 { 60 }

    private typealias Answer = HTTPClient.Task<HTTPClient.Response>

    private let server: LogServer
    private let client: HTTPClient
    private let terminal: Terminal
    /// What is on its way, by path.
    private let expected = Mutex<[String: Answer]>([:])

    /// A log that is published at an address, where nobody has to say who asks.
    ///
    /// - Parameter authority: a file with the server's authority.
    convenience init(_ url: String, authority: String?, _ context: CommandContext) throws {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authority {
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
            } catch {
                throw CommandFailure(.data, "`\(authority)` holds no certificate in PEM")
            }
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow
        )
        configuration.timeout.connect = .seconds(5)
        configuration.proxy = nil
        let url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.init(.web(url), configuration, context)
    }

    /// The log of a control plane; the token goes to its address, and to no other.
    convenience init(_ endpoint: APIEndpoint, _ context: CommandContext) throws {
        let configuration = try APIConnection.configuration(endpoint)
        self.init(.controlPlane(endpoint), configuration, context)
    }

    private init(
        _ server: LogServer,
        _ configuration: HTTPClient.Configuration,
        _ context: CommandContext
    ) {
        self.server = server
        terminal = context.terminal
        client = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration
        )
    }

    /// Ends all connections.
    func close() {
        expect([])
        try? client.syncShutdown()
    }

    /// Asks for files ahead of time, and gives up those that were asked for before and not wanted.
    func expect(_ paths: [String]) {
        let wanted = Set(paths)
        let unwanted = expected.withLock { expected in
            let unwanted = expected.filter { !wanted.contains($0.key) }.values
            expected = expected.filter { wanted.contains($0.key) }
            for path in paths where expected[path] == nil {
                expected[path] = try? ask(path)
            }
            return Array(unwanted)
        }
        for answer in unwanted { answer.fail(reason: Closed()) }
    }

    /// The content of a file; nil if the server has none.
    func content(of path: String) throws(LogFailure) -> [UInt8]? {
        let response: HTTPClient.Response
        do {
            response = try answer(path)
        } catch {
            throw .unreadable(server.failure(error))
        }
        let body = response.body.map { Array($0.readableBytesView) } ?? []
        let answer = APIAnswer(status: Int(response.status.code), body: body)
        if answer.status == 200 { return body }
        if server.hasNone(answer) { return nil }
        throw .unreadable(server.refusal(of: path, answer))
    }

    /// The server's answer; where it has no time now, the one that it gives later.
    private func answer(_ path: String) throws -> HTTPClient.Response {
        let asked = expected.withLock { $0.removeValue(forKey: path) }
        var response = try (asked ?? ask(path)).wait()
        // A refusal to what was asked for ahead of time may be an old one.
        if asked != nil, ServerPause(response) != nil { response = try ask(path).wait() }
        for _ in 0..<ServerPause.countMax {
            guard let pause = ServerPause(response) else { break }
            try wait(pause)
            response = try ask(path).wait()
        }
        return response
    }

    /// Does nothing for as long as the server wants it.
    private func wait(_ pause: ServerPause) throws {
        if !pause.isUsual {
            terminal.note("\(server.url) is busy, and is asked again in \(pause.seconds) s")
        }
        let loop = HTTPClient.defaultEventLoopGroup.next()
        try loop.scheduleTask(in: .seconds(pause.seconds)) {}.futureResult.wait()
    }

    private func ask(_ path: String) throws -> Answer {
        let request = try HTTPClient.Request(
            url: "\(server.url)/\(path)",
            headers: server.fields
        )
        return client.execute(
            request: request,
            delegate: ResponseAccumulator(
                request: request,
                maxBodySize: LogFile.bytesMax(of: path)
            ),
            deadline: .now() + .seconds(Self.secondsMax)
        )
    }
}

/// Why an answer is not waited for any more.
private struct Closed: Error {}
