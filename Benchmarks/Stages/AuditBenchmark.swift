// What a record costs a worker: intent and outcome together, in the steady state in which the
// next segments are ready; and what the text form costs whoever reads it.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import Foundation

/// Nanoseconds of one record.
func measureAudit() -> [(name: String, nanoseconds: Double)] {
    let folder =
        FileManager.default.temporaryDirectory.path + "/clawgress-bench-"
        + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    guard let owned = try? SpoolFolder(path: folder),
        let supply = try? SegmentSupply(
            folder: owned,
            settings: SpoolSettings(
                gatewayID: "gw-1",
                bootID: BootID(high: 1, low: 2),
                workers: 1
            ),
            now: 0,
            onShortage: {}
        )
    else { return [] }
    try? supply.prepare(now: 0)
    var writer = SpoolWriter(supply: supply, worker: 0)
    let texts = UsualTexts()
    // All rounds fit into the two prepared segments, so that none waits for the disk.
    let both = measure("audit: intent and outcome", iterations: 8_000) { iteration in
        exchange(&writer, texts, UInt64(iteration))
    }
    return [both] + text(folder)
}

/// The cost of reading back and writing as canonical JSON.
private func text(_ folder: String) -> [(name: String, nanoseconds: Double)] {
    var reader = SpoolReader(folder: folder)
    var out = ByteBuffer(capacity: EventWriter.bytesMax)
    var record: AuditRecord?
    let reading = measure("audit: read one record", iterations: 5_000) { _ in
        record = (try? reader.next()) ?? record
        return record == nil ? 0 : 1
    }
    guard let record else { return [] }
    let writing = measure("audit: write one record as JSON", iterations: 5_000) { _ in
        out.removeAll()
        EventWriter.write(record, to: &out)
        return out.count
    }
    return [reading, writing]
}

/// The texts of a usual request.
private struct UsualTexts {
    let identity = SpoolIdentity.prepare(
        Agent(agentID: "crawler", teamID: "research", projectID: "atlas", environment: "test")
    )
    let credential = Array("k7x2m4q9w3a5".utf8)
    let host = Array("files.pythonhosted.org".utf8)
    let method = Array("GET".utf8)
    let path = Array("/simple/requests/".utf8)
    let policy = Array("allow-registries".utf8)
    let revision = Array(("sha256:" + String(repeating: "0f", count: 32)).utf8)
}

/// One exchange, as a worker records it.
private func exchange(
    _ writer: inout SpoolWriter,
    _ texts: borrowing UsualTexts,
    _ number: UInt64
) -> Int {
    let intent = SpoolIntent(
        requestID: RequestID(high: number, low: number),
        timestamp: Int64(number),
        decision: .allow,
        reason: .policyAllowed,
        requestProtocol: .http,
        clientAddress: IPAddress(v4: 0x7F00_0001),
        clientPort: 50_000,
        bundleSerial: 7,
        quota: .within,
        authentication: .apiKey,
        scheme: .http,
        destinationPort: 80,
        policyVersion: 3
    )
    let slot = writer.open(
        intent,
        SpoolTexts(
            identity: texts.identity.span,
            claimedAgentID: Span(),
            credentialID: texts.credential.span,
            host: texts.host.span,
            method: texts.method.span,
            path: texts.path.span,
            policyID: texts.policy.span,
            wouldPolicyID: Span(),
            bundleRevision: texts.revision.span
        ),
        onFailure: .proceed
    )
    guard let slot else { return 0 }
    writer.conclude(
        slot,
        SpoolOutcome(
            outcome: .completed,
            decision: .allow,
            reason: .policyAllowed,
            status: 200,
            attempts: 1,
            address: IPAddress(v4: 0x9765_0001),
            bytesOut: number,
            bytesIn: number,
            latencyMicroseconds: 900,
            durationMicroseconds: 1_200,
            gatewayMicroseconds: 30
        )
    )
    return 1
}
