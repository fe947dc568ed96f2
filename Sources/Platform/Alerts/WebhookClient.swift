// Posting to somebody else's HTTP server: signed, bounded in time, and with one meaning for each
// answer.

import AsyncHTTPClient
import ClawgressBytes
public import ClawgressDaemon
import Crypto
import NIOCore
import NIOHTTP1
import NIOSSL

/// What the other side's answer means.
public enum WebhookAnswer: Sendable, Equatable {
    /// It has everything.
    case taken
    /// It will be asked again; not before so many milliseconds, if it said so.
    case later(after: Int64?)
    /// It does not want what it got, and would not want it later.
    case refused

    /// Sorts an answer.
    ///
    /// - Parameter retryAfter: the field of that name. A date in it is not looked at: our clock
    ///   may differ from theirs.
    public init(status: Int, retryAfter: String?) {
        switch status {
        case 200..<300: self = .taken
        case 408, 429, 500...599:
            let seconds = retryAfter.flatMap { UInt32($0) }
            self = .later(after: seconds.map { Int64($0) * 1_000 })
        default: self = .refused
        }
    }
}

/// Why the other side has not taken what was posted.
public struct WebhookProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// One sentence, without secrets.
    public let description: String
    /// What its answer means; never `taken`.
    public let answer: WebhookAnswer

    /// Describes a problem.
    public init(_ description: String, _ answer: WebhookAnswer = .later(after: nil)) {
        self.description = description
        self.answer = answer
    }
}

/// The signature of a body: HMAC-SHA256 over the time, a point and the body.
public struct WebhookSignature: Sendable {
    private let key: SymmetricKey

    /// Takes a secret.
    public init(secret: [UInt8]) {
        key = SymmetricKey(data: secret)
    }

    /// The value of `Clawgress-Signature`: `t=SECONDS,v1=HEXADECIMAL`.
    ///
    /// - Parameter seconds: since 1970 UTC.
    public func value(of body: [UInt8], at seconds: Int64) -> String {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array("\(seconds).".utf8))
        code.update(data: body)
        return "t=\(seconds),v1=\(Hexadecimal.encode(Array(code.finalize())))"
    }
}

/// An answer has not come, or not all of it.
private struct LateAnswer: Error, CustomStringConvertible {
    let milliseconds: Int64

    var description: String { "no whole answer in \(milliseconds) ms" }
}

/// Posts to one URL.
public final class WebhookClient: Sendable {
    /// What is posted.
    public struct Post: Sendable {
        let type: String
        let fields: [(String, String)]
        let body: [UInt8]

        /// Takes a body of a media type, and fields that stand beside the usual ones.
        public init(type: String, fields: [(String, String)] = [], body: [UInt8]) {
            self.type = type
            self.fields = fields
            self.body = body
        }
    }

    private let settings: WebhookSettings
    private let agent: String
    private let seconds: @Sendable () -> Int64
    private let http: HTTPClient
    private let signature: WebhookSignature?

    /// Secrets shorter than the digest would be its weak side.
    private static var secretLengths: ClosedRange<Int> { 16...1_024 }
    /// How much of an answer's body is read, so that the connection can be used again.
    private static var answerBytesMax: Int { 65_536 }

    /// Reads the files that are named.
    ///
    /// - Parameters:
    ///   - agent: how we call ourselves.
    ///   - seconds: the wall clock, since 1970 UTC.
    /// - Throws: `StartRefusal`.
    public init(
        _ settings: WebhookSettings,
        agent: String,
        seconds: @escaping @Sendable () -> Int64
    ) throws(StartRefusal) {
        self.settings = settings
        self.agent = agent
        self.seconds = seconds
        signature = try settings.secret.map { path throws(StartRefusal) in
            try WebhookClient.signature(path)
        }
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .milliseconds(settings.timeout)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        do {
            configuration.tlsConfiguration = try ClientTLS.configuration(
                authorities: settings.authorities,
                certificate: settings.certificate,
                key: settings.key
            )
        } catch {
            throw StartRefusal("the TLS files of the webhook: \(error)")
        }
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // The library stops the process when its client goes without this.
        Task { [http] in try? await http.shutdown() }
    }

    private static func signature(_ path: String) throws(StartRefusal) -> WebhookSignature {
        var secret: [UInt8]
        do throws(FileError) {
            secret = try WholeFile.readPrivate(path, bytesMax: 4_096)
        } catch {
            throw StartRefusal("the secret of the webhook: \(error)")
        }
        while let last = secret.last, last == 0x0A || last == 0x0D { secret.removeLast() }
        guard secretLengths.contains(secret.count) else {
            throw StartRefusal("`\(path)` must hold 16 to 1024 bytes")
        }
        return WebhookSignature(secret: secret)
    }

    /// Posts, and waits for the answer.
    ///
    /// - Throws: `WebhookProblem` unless the other side has taken it.
    public func post(_ post: Post) async throws(WebhookProblem) {
        var request = HTTPClientRequest(url: settings.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: post.type)
        request.headers.add(name: "User-Agent", value: agent)
        for (name, value) in post.fields { request.headers.add(name: name, value: value) }
        if let signature {
            let value = signature.value(of: post.body, at: seconds())
            request.headers.add(name: "Clawgress-Signature", value: value)
        }
        request.body = .bytes(ByteBuffer(bytes: post.body))
        let (status, retryAfter): (Int, String?)
        do {
            (status, retryAfter) = try await answer(to: request)
        } catch {
            throw WebhookProblem("nothing came back: \(error)")
        }
        switch WebhookAnswer(status: status, retryAfter: retryAfter) {
        case .taken: return
        case .later(let after):
            throw WebhookProblem("the server answered \(status)", .later(after: after))
        case .refused: throw WebhookProblem("the server refused with \(status)", .refused)
        }
    }

    /// The status of an answer, and its field `Retry-After`, when all of the answer has come: a server
    /// that begins one and never ends it would keep whoever waits.
    private func answer(to request: HTTPClientRequest) async throws -> (Int, String?) {
        let timeout = settings.timeout
        return try await withThrowingTaskGroup(of: (Int, String?).self) { [http] group in
            group.addTask {
                let response = try await http.execute(request, deadline: .distantFuture)
                _ = try? await response.body.collect(upTo: Self.answerBytesMax)
                let retryAfter = response.headers.first(name: "Retry-After")
                return (Int(response.status.code), retryAfter)
            }
            group.addTask {
                try await Task.sleep(for: .milliseconds(timeout))
                throw LateAnswer(milliseconds: timeout)
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else {
                throw LateAnswer(milliseconds: timeout)
            }
            return first
        }
    }

    /// Closes the connections.
    public func close() async { try? await http.shutdown() }
}
