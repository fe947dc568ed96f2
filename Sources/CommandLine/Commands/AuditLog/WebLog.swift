// A log behind a web server, in the paths of C2SP tlog-tiles. What will be wanted next is asked for
// ahead of time, or the way to the server would be waited for once for every file.

import AsyncHTTPClient
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

    private let url: String
    private let client: HTTPClient
    /// What is on its way, by path.
    private let expected = Mutex<[String: Answer]>([:])

    /// - Parameter authority: a file with the server's authority.
    init(_ url: String, authority: String?) throws {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
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
            let asked = expected.withLock { $0.removeValue(forKey: path) }
            response = try (asked ?? ask(path)).wait()
        } catch {
            throw .unreadable(failure(error))
        }
        switch response.status {
        case .ok: return response.body.map { Array($0.readableBytesView) } ?? []
        case .notFound: return nil
        default:
            let words = "\(url)/\(path) is answered with status \(response.status.code)"
            throw .unreadable(CommandFailure(.unavailable, words))
        }
    }

    private func ask(_ path: String) throws -> Answer {
        let request = try HTTPClient.Request(url: "\(url)/\(path)")
        return client.execute(
            request: request,
            delegate: ResponseAccumulator(
                request: request,
                maxBodySize: LogFile.bytesMax(of: path)
            ),
            deadline: .now() + .seconds(Self.secondsMax)
        )
    }

    private func failure(_ error: any Error) -> CommandFailure {
        switch error {
        case let error as HTTPClientError
        where error == .invalidURL || error == .emptyHost || error == .emptyScheme:
            CommandFailure(.usage, "`\(url)` is no address; write https://host/path")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            CommandFailure(
                .unavailable,
                "cannot reach \(url): its certificate is not of a known authority, or not for this "
                    + "name; see --ca-file"
            )
        default: CommandFailure(.unavailable, "cannot read \(url): \(error)")
        }
    }
}

/// Why an answer is not waited for any more.
private struct Closed: Error {}
