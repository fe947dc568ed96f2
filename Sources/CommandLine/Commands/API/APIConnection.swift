// One request over HTTPS. A one-shot command has nothing to do while it waits, so it waits in
// place; no connection outlives its request.

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Carries requests to the admin API.
enum APIConnection {
    /// What is refused as too long: a whole configuration of 10,000 agents has 8 MiB.
    private static var answerBytesMax: Int { 64 << 20 }
    /// A commit waits 5 s for gateways, and for its neighbours a little more.
    private static var secondsMax: Int64 { 60 }

    /// Sends `request` and waits for the answer.
    ///
    /// - Throws: ``CommandFailure`` that says what to look at.
    static func call(_ endpoint: APIEndpoint, _ request: APIRequest) throws -> APIAnswer {
        let client = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: try configuration(endpoint)
        )
        defer { try? client.syncShutdown() }
        do {
            let request = try httpRequest(endpoint, request)
            let response = try client.execute(
                request: request,
                delegate: ResponseAccumulator(request: request, maxBodySize: answerBytesMax),
                deadline: .now() + .seconds(secondsMax)
            ).wait()
            let body = response.body.map { Array($0.readableBytesView) } ?? []
            return APIAnswer(status: Int(response.status.code), body: body)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw failure(endpoint, error)
        }
    }

    static func configuration(
        _ endpoint: APIEndpoint
    ) throws -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        do {
            tls.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(endpoint.authority)
            )
        } catch {
            throw CommandFailure(.data, "the CA file holds no certificate in PEM")
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow
        )
        configuration.timeout.connect = .seconds(5)
        if let host = endpoint.connectTo { configuration.dnsOverride = [endpoint.host: host] }
        // Not through a proxy: what `clawgress env` sets is for agents.
        configuration.proxy = nil
        return configuration
    }

    static func httpRequest(
        _ endpoint: APIEndpoint,
        _ request: APIRequest
    ) throws -> HTTPClient.Request {
        var fields = HTTPHeaders([("Accept", "application/json")])
        if let token = endpoint.token {
            fields.add(name: "Authorization", value: "Bearer \(token)")
        }
        if request.body != nil { fields.add(name: "Content-Type", value: "application/json") }
        do {
            return try HTTPClient.Request(
                url: endpoint.url + request.target,
                method: HTTPMethod(rawValue: request.method.rawValue),
                headers: fields,
                body: request.body.map { .bytes($0) }
            )
        } catch {
            throw CommandFailure(.usage, "`\(endpoint.url)` is no address; write https://host:port")
        }
    }

    static func failure(_ endpoint: APIEndpoint, _ error: any Error) -> CommandFailure {
        let place = "cannot reach the admin API at \(endpoint.url)"
        switch error {
        case let error as HTTPClientError where error == .connectTimeout:
            return CommandFailure(.unavailable, "\(place): no answer within 5 s")
        case let error as HTTPClientError where error == .deadlineExceeded:
            return CommandFailure(
                .unavailable,
                "the admin API at \(endpoint.url) did not answer within \(secondsMax) s; what was "
                    + "asked may still happen: look with `clawgress commits`"
            )
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            return CommandFailure(
                .unavailable,
                "\(place): its certificate is not of the given CA, or not for this name"
            )
        default:
            return CommandFailure(.unavailable, "\(place): \(error)")
        }
    }
}
