// What a gateway on this machine says about itself, for `status`: asked once, and not waited for.

import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The numbers that a gateway shows at its admin port.
enum GatewayMetrics {
    private static var bytesMax: Int { 4 << 20 }

    /// Asks the gateway at `address`; nil if it does not answer within two seconds.
    static func ask(_ address: String) -> [String: Double]? {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A gateway that is starting again is not waited for.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(1)
        configuration.proxy = nil
        let client = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup,
            configuration: configuration
        )
        defer { try? client.syncShutdown() }
        guard let request = try? HTTPClient.Request(url: "http://\(address)/metrics"),
            let response = try? client.execute(
                request: request,
                delegate: ResponseAccumulator(request: request, maxBodySize: bytesMax),
                deadline: .now() + .seconds(2)
            ).wait(), response.status == .ok
        else { return nil }
        let body = response.body.map { Array($0.readableBytesView) } ?? []
        return numbers(in: String(decoding: body, as: UTF8.self))
    }

    /// The metrics without labels.
    private static func numbers(in text: String) -> [String: Double] {
        var numbers: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            guard words.count == 2, let number = Double(words[1]) else { continue }
            numbers[String(words[0])] = number
        }
        return numbers
    }
}
