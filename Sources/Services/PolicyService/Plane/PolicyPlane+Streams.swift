// The streams to the gateways and what comes back from them. One stream a gateway: a newer one
// replaces the older, because the older may be a connection that nobody has yet found dead.

public import ClawgressContract
public import ClawgressMesh
import Logging

/// A gateway's open stream.
struct GatewayStream {
    let number: Int
    let lines: AsyncStream<PolicyStreamLine>.Continuation
    /// Whether the gateway has said where it stands: not before then is it asked anything.
    var hasReported = false
}

extension PolicyPlane {
    /// Opens the stream of whoever shows a gateway's certificate, unless it was revoked a moment ago.
    ///
    /// - Throws: `Problem`: `gateway_revoked`.
    public func openStream(
        for certificate: MeshCertificate
    ) throws(Problem) -> (number: Int, lines: AsyncStream<PolicyStreamLine>) {
        try authorise(certificate)
        return openStream(of: certificate.identity.name)
    }

    /// Opens the stream of a gateway; its first line is the welcome.
    ///
    /// - Returns: the stream's number for ``endStream(of:number:)``, and its lines.
    public func openStream(
        of gatewayID: String
    ) -> (number: Int, lines: AsyncStream<PolicyStreamLine>) {
        if let older = streams[gatewayID] { endStream(of: gatewayID, number: older.number) }
        let (lines, input) = AsyncStream.makeStream(
            of: PolicyStreamLine.self,
            bufferingPolicy: .bufferingOldest(settings.streamQueueMax)
        )
        streamsOpened += 1
        guard !isStopping else {
            input.finish()
            return (streamsOpened, lines)
        }
        streams[gatewayID] = GatewayStream(number: streamsOpened, lines: input)
        book.hear(gatewayID, now: clock.uptime(), wall: clock.wall())
        input.yield(.welcome(latest: machine.latest, keySet: keys.keySetText))
        logger.info("a gateway connected", metadata: ["gateway": "\(gatewayID)"])
        return (streamsOpened, lines)
    }

    /// Notes that a stream has ended, unless it was replaced before.
    public func endStream(of gatewayID: String, number: Int) {
        guard let stream = streams[gatewayID], stream.number == number else { return }
        streams[gatewayID] = nil
        stream.lines.finish()
        logger.info("a gateway's stream ended", metadata: ["gateway": "\(gatewayID)"])
        take(.lost(gateway: gatewayID))
    }

    /// Ends all streams and opens none any more, so that the server can stop.
    public func stopStreams() {
        isStopping = true
        for (gatewayID, stream) in streams { endStream(of: gatewayID, number: stream.number) }
    }

    func send(_ line: PolicyStreamLine, to gatewayID: String) {
        guard let stream = streams[gatewayID] else { return }
        if case .enqueued = stream.lines.yield(line) { return }
        // A gateway that misses a line would wait for it forever; at its next connection it is
        // told where it should stand.
        logger.warning(
            "a gateway does not read its stream; ending it",
            metadata: ["gateway": "\(gatewayID)"]
        )
        endStream(of: gatewayID, number: stream.number)
    }

    /// Takes a gateway's report.
    public func take(_ report: PolicyReport, from gatewayID: String) {
        guard book.entries[gatewayID] != nil else { return }
        let (now, wall) = (clock.uptime(), clock.wall())
        switch report {
        case .state(let state):
            book.hear(gatewayID, state, now: now, wall: wall)
            takeState(state, gatewayID)
        case .prepared(let epoch, let serial):
            book.hear(gatewayID, now: now, wall: wall)
            take(.prepared(gateway: gatewayID, epoch: epoch, serial: serial))
        case .activated(let epoch, let serial):
            book.hear(gatewayID, now: now, wall: wall)
            if let latest = machine.latest, latest.epoch == epoch, latest.serial == serial {
                book.serve(gatewayID, latest)
            }
            take(.activated(gateway: gatewayID, epoch: epoch, serial: serial))
        case .refused(let epoch, let serial, let code, let reason):
            book.hear(gatewayID, now: now, wall: wall)
            let refusal = Refusal(code: code, reason: reason)
            take(.refused(gateway: gatewayID, epoch: epoch, serial: serial, refusal))
        }
    }

    private func takeState(_ state: GatewayReportedState, _ gatewayID: String) {
        guard let stream = streams[gatewayID] else { return }
        let standing = Standing(
            active: state.active,
            prepared: state.prepared,
            revertedSerial: state.revertedSerial
        )
        streams[gatewayID]?.hasReported = true
        take(
            stream.hasReported
                ? .reported(gateway: gatewayID, standing)
                : .connected(gateway: gatewayID, standing)
        )
    }
}
