// The way to one witness: HTTPS with its own or the system's authorities, no redirects, no proxy, and
// never longer than it is given.

import AsyncHTTPClient
import ClawgressDaemon
import ClawgressTransparencyLog
import NIOCore
import NIOHTTP1
import NIOSSL

/// Sends checkpoints to one witness.
final class WitnessClient: Sendable {
    let place: WitnessPlace
    private let http: HTTPClient
    private let milliseconds: Int64

    /// - Throws: `StartRefusal` if the authority's file holds none.
    init(_ place: WitnessPlace, timeout milliseconds: Int64) throws(StartRefusal) {
        self.place = place
        self.milliseconds = milliseconds
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authority = place.authority {
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
            } catch {
                throw StartRefusal("`\(authority)` holds no certificate in PEM: \(error)")
            }
        }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow
        )
        configuration.timeout.connect = .milliseconds(milliseconds)
        configuration.proxy = nil
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // The library stops the process when its client goes without this.
        Task { [http] in try? await http.shutdown() }
    }

    /// Asks for a cosignature.
    func submit(old: Int, proof: [[UInt8]], checkpoint note: SignedNote) async -> WitnessAnswer {
        var request = HTTPClientRequest(url: place.url + WitnessRequest.path)
        request.method = .POST
        request.headers.add(name: "content-type", value: "text/plain; charset=utf-8")
        let body = WitnessRequest.body(old: old, proof: proof, checkpoint: note)
        request.body = .bytes(ByteBuffer(string: body))
        do {
            let deadline = NIODeadline.now() + .milliseconds(milliseconds)
            let response = try await http.execute(request, deadline: deadline)
            let content = try await response.body.collect(upTo: WitnessAnswer.bytesMax)
            return WitnessAnswer(
                status: Int(response.status.code),
                type: response.headers.first(name: "content-type"),
                body: Array(content.readableBytesView),
                to: note,
                by: place.key
            )
        } catch {
            return .failed("it cannot be reached: \(error)")
        }
    }
}
