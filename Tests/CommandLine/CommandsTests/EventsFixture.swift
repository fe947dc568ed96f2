// A spool with a few events, as a gateway would have written them.

import ClawgressAudit
import ClawgressModel

/// One event of a test.
struct SampleEvent {
    var marker: UInt64
    /// Seconds before the world's now.
    var age: Int64 = 60
    var decision = Decision.allow
    var reason = Reason.policyAllowed
    var agentID: String? = "crawler"
    var host = "pypi.org"
    var path = "/simple/"
    var policyID = "allow-registries"
    var would: Decision?

    var requestID: RequestID { RequestID(high: 0x0192_0000_0000_7000, low: marker) }
}

/// A gateway's spool in a test's folder.
enum EventsFixture {
    /// Writes `events` into a spool in `folder`, and counts `lost` events that found no room.
    static func write(_ events: [SampleEvent], to folder: String, lost: Int = 0) throws {
        let supply = try SegmentSupply(
            folder: try SpoolFolder(path: folder),
            settings: SpoolSettings(
                gatewayID: "gw-1",
                bootID: BootID(high: 1, low: 2),
                workers: 1,
                segmentBytes: 65_536,
                bytesMax: lost > 0 ? 1 : 1 << 30
            ),
            now: CommandWorld.now * 1_000_000,
            onShortage: {}
        )
        try? supply.prepare(now: CommandWorld.now * 1_000_000)
        var writer = SpoolWriter(supply: supply, worker: 0)
        for event in events { append(event, to: &writer) }
        for marker in 0..<UInt64(lost) { append(SampleEvent(marker: marker), to: &writer) }
        writer.close()
    }

    /// Writes administrative events into a spool in `folder`, one for each action, `alice`'s and
    /// `bob`'s by turns.
    static func write(_ actions: [AdminAction], subject: String, to folder: String) async throws {
        let spool = try AdminSpool(
            folder: folder,
            serviceID: "admin-api",
            bootID: BootID(high: 3, low: 4),
            now: CommandWorld.now * 1_000_000
        )
        for (index, action) in actions.enumerated() {
            let isRefused = action == .request
            let event = try AdminEvent(
                eventID: RequestID(high: 0x0192_0000_0000_7000, low: 0x80 + UInt64(index)),
                timestamp: (CommandWorld.now - 30 + Int64(index)) * 1_000_000 + 123_000,
                actor: AdminActor(
                    name: index % 2 == 0 ? "alice" : "bob",
                    role: .operator,
                    credentialID: "s7x2m4q9"
                ),
                source: IPAddress(v4: 0x7F00_0001),
                action: action,
                subject: subject,
                result: isRefused ? .refused : .ok,
                reason: isRefused ? "role_insufficient" : nil,
                summary: "+ agent x"
            )
            _ = try await spool.append(event)
        }
    }

    private static func append(_ event: SampleEvent, to writer: inout SpoolWriter) {
        let intent = SpoolIntent(
            requestID: event.requestID,
            timestamp: (CommandWorld.now - event.age) * 1_000_000 + 123_000,
            decision: event.decision,
            reason: event.reason,
            requestProtocol: .http,
            clientAddress: IPAddress(v4: 0x7F00_0001),
            clientPort: 50_000,
            bundleSerial: 7,
            scheme: .http,
            destinationPort: 80,
            policyVersion: 1,
            wouldDecision: event.would
        )
        let agent = event.agentID.map {
            Agent(agentID: $0, teamID: "t", projectID: "p", environment: "e")
        }
        let identity = agent.map { SpoolIdentity.prepare($0) } ?? []
        let host = Array(event.host.utf8)
        let path = Array(event.path.utf8)
        let method = Array("GET".utf8)
        let policy = Array(event.policyID.utf8)
        let would = event.would == nil ? [] : Array("watch".utf8)
        let nothing: [UInt8] = []
        let slot = writer.open(
            intent,
            SpoolTexts(
                identity: identity.span,
                claimedAgentID: nothing.span,
                credentialID: nothing.span,
                host: host.span,
                method: method.span,
                path: path.span,
                policyID: policy.span,
                wouldPolicyID: would.span,
                bundleRevision: nothing.span
            ),
            onFailure: .proceed
        )
        guard let slot else { return }
        writer.conclude(
            slot,
            SpoolOutcome(
                outcome: event.decision == .allow ? .completed : .refused,
                decision: event.decision,
                reason: event.reason,
                status: event.decision == .allow ? 200 : 403,
                latencyMicroseconds: 1_540
            )
        )
    }
}
