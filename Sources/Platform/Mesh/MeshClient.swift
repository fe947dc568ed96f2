// Asking another service of the mesh. The client connects to wherever it was told and verifies
// the name of the service that it wants, so that a machine's name proves nothing and a wrong
// address only fails.

import AsyncHTTPClient
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL

/// How a client proves itself, and whom it believes.
public enum MeshTrust: Sendable {
    /// With a certificate of its own.
    case folder(MeshFolder)
    /// Without: before enrolment, and for people.
    case authorities(MeshAuthorities)

    var tls: TLSConfiguration {
        switch self {
        case .folder(let folder): folder.current.clientTLS()
        case .authorities(let authorities): authorities.clientTLS()
        }
    }
}

/// A client of one service.
///
/// ``shutdown()`` waits until its connections are closed; one that is only let go closes them
/// by itself.
public final class MeshClient: Sendable {
    /// What a client takes and how long it waits.
    public struct Limits: Sendable {
        /// Seconds until the connection must stand, TLS included.
        public var connectSeconds: Int64 = 5
        /// Seconds without a byte until an answer is given up.
        public var readSeconds: Int64 = 10
        /// Bytes of an answer's body.
        public var bodyBytesMax = 64 << 20
        /// Bytes of one line of a stream.
        public var lineBytesMax = 1 << 20

        /// The defaults.
        public init() {}
    }

    private let trust: MeshTrust
    private let base: String
    private let http: HTTPClient
    let limits: Limits

    /// Asks the service `service` at `address`.
    public convenience init(
        _ trust: MeshTrust,
        service: MeshIdentity,
        address: MeshAddress,
        limits: Limits = Limits()
    ) {
        self.init(trust, serverName: service.dnsName, address: address, limits: limits)
    }

    /// Asks whoever at `address` has a certificate for `serverName`; nil means the address' own
    /// host.
    public init(
        _ trust: MeshTrust,
        serverName: String?,
        address: MeshAddress,
        limits: Limits = Limits()
    ) {
        self.trust = trust
        self.limits = limits
        let name = MeshAddress(host: serverName ?? address.host, port: address.port)
        base = "https://\(name)"
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(limits.connectSeconds)
        configuration.timeout.read = .seconds(limits.readSeconds)
        configuration.timeout.write = .seconds(limits.readSeconds)
        configuration.httpVersion = .http1Only
        // The caller knows better when to try again.
        configuration.connectionPool.retryConnectionEstablishment = false
        if let serverName {
            configuration.dnsOverride = [serverName: address.host]
            configuration.http1_1ConnectionDebugInitializer = { channel in
                ServerIdentity.check(channel, serverName)
            }
        }
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // The library stops the process when its client goes without this.
        Task { [http] in try? await http.shutdown() }
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// - Parameter seconds: how long all of it may take.
    /// - Throws: `MeshError`.
    public func send(
        _ request: MeshRequest,
        seconds: Double = 30
    ) async throws(MeshError) -> MeshResponse {
        let prepared = try prepare(request)
        let limit = limits.bodyBytesMax
        do {
            return try await Self.within(seconds) { [http] in
                let response = try await http.execute(prepared, deadline: .distantFuture)
                return try await MeshResponse(response, bodyBytesMax: limit)
            }
        } catch is NIOTooManyBytesError {
            throw .tooLong(limit: limit)
        } catch {
            throw .sorted(error)
        }
    }

    /// Sends a request whose answer is lines that come as they come.
    ///
    /// - Parameter seconds: how long the head of the answer may take.
    /// - Throws: `MeshError`.
    public func lines(
        _ request: MeshRequest,
        seconds: Double = 10
    ) async throws(MeshError) -> MeshStream {
        let prepared = try prepare(request)
        do {
            return try await Self.within(seconds) { [http, limits] in
                let response = try await http.execute(prepared, deadline: .distantFuture)
                return MeshStream(response, limits)
            }
        } catch {
            throw .sorted(error)
        }
    }

    /// Sends a request whose answer is read as it comes.
    ///
    /// - Parameter seconds: how long the head of the answer may take.
    /// - Throws: `MeshError`.
    public func bytes(
        _ request: MeshRequest,
        seconds: Double = 10
    ) async throws(MeshError) -> MeshBytes {
        let prepared = try prepare(request)
        do {
            return try await Self.within(seconds) { [http] in
                MeshBytes(try await http.execute(prepared, deadline: .distantFuture))
            }
        } catch {
            throw .sorted(error)
        }
    }

    /// Closes the connections; requests under way fail.
    public func shutdown() async {
        try? await http.shutdown()
    }

    private func prepare(_ request: MeshRequest) throws(MeshError) -> HTTPClientRequest {
        guard request.path.hasPrefix("/") else {
            throw .requestMalformed("the path must begin with `/`")
        }
        var prepared = HTTPClientRequest(url: base + request.path)
        prepared.method = .init(rawValue: request.method.rawValue)
        // Asked for each time: a replaced certificate is used by the next connection.
        prepared.tlsConfiguration = trust.tls
        for field in request.fields {
            prepared.headers.add(name: field.name.rawName, value: field.value)
        }
        if !request.body.isEmpty { prepared.body = .bytes(ByteBuffer(bytes: request.body)) }
        return prepared
    }

    private static func within<Answer: Sendable>(
        _ seconds: Double,
        _ work: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw MeshError.timedOut
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw MeshError.timedOut }
            return answer
        }
    }
}
