// A sink that is a syslog server over TLS. The protocol has no acknowledgement: what was written when
// the connection ends may be lost, so the last messages are sent again on the next one.

import ClawgressAlerts
import ClawgressBytes
import ClawgressDaemon
import ClawgressJWS
import ClawgressMesh
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Sends to a syslog server.
final class SyslogOutlet: SinkOutlet {
    private struct State {
        var connection: SyslogConnection?
        /// The places of the last messages that were written, the oldest first.
        var unconfirmed: [Int] = []
    }

    private let settings: SyslogSettings
    private let address: MeshAddress
    private let message: SyslogMessage
    private let tls: NIOSSLContext
    private let state = Mutex(State())

    /// How long a new connection is not believed.
    private static var doubt: Duration { .milliseconds(250) }

    /// Reads the files that the connection needs.
    ///
    /// - Throws: `StartRefusal`.
    init(_ settings: SyslogSettings, format: SinkFormat) throws(StartRefusal) {
        guard let address = MeshAddress(settings.address) else {
            throw StartRefusal("`\(settings.address)` is no address")
        }
        self.settings = settings
        self.address = address
        message = SyslogMessage(
            facility: settings.facility,
            enterprise: settings.enterprise,
            marksEncoding: settings.marksEncoding
        )
        do {
            tls = try NIOSSLContext(
                configuration: ClientTLS.configuration(
                    authorities: settings.authorities,
                    certificate: settings.certificate,
                    key: settings.key
                )
            )
        } catch {
            throw StartRefusal("the TLS files of the syslog sink: \(error)")
        }
    }

    func open(mark: JSONValue?) async throws(SinkProblem) -> Int? {
        mark?.integer.map { Int($0) }
    }

    func take(_ batch: SinkBatch) async throws(SinkProblem) -> JSONValue? {
        let connection = try await connected()
        var bytes: [UInt8] = []
        for record in batch.records { bytes += message.frame(record) }
        // Noted before they are written: of a write that fails nobody knows how far it came.
        let first = state.withLock { state -> Int? in
            state.unconfirmed += batch.records.map(\.record.index)
            state.unconfirmed.removeFirst(max(0, state.unconfirmed.count - settings.resend))
            return state.unconfirmed.first
        }
        do {
            try await connection.write(bytes, timeout: settings.timeout)
        } catch {
            throw lost("\(error)")
        }
        return first.map { .integer(Int64($0)) }
    }

    func look() async throws(SinkProblem) {
        guard let connection = state.withLock({ $0.connection }) else { return }
        if let reason = connection.end { throw lost(reason) }
    }

    func close() async {
        let connection = state.withLock { $0.connection.take() }
        await connection?.close()
    }

    private func connected() async throws(SinkProblem) -> SyslogConnection {
        try await look()
        if let connection = state.withLock({ $0.connection }) { return connection }
        do {
            let connection = try await SyslogConnection.open(
                address,
                serverName: settings.serverName ?? address.host,
                tls: tls,
                timeout: settings.timeout
            )
            // A server that wants another certificate says so when we think that we are done (TLS 1.3).
            try? await Task.sleep(for: Self.doubt)
            if let reason = connection.end { throw SyslogConnectionError(description: reason) }
            state.withLock { $0.connection = connection }
            return connection
        } catch {
            throw SinkProblem("no connection to \(address): \(error)")
        }
    }

    private func lost(_ reason: String) -> SinkProblem {
        let (connection, resend) = state.withLock { state in
            defer { state.unconfirmed = [] }
            return (state.connection.take(), state.unconfirmed.first)
        }
        connection?.abandon()
        return SinkProblem("the connection to \(address) ended: \(reason)", resend: resend)
    }
}
