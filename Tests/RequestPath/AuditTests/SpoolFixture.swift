// A spool folder of a test's own, and events to put into it.

import ClawgressAudit
import ClawgressBytes
import ClawgressModel
import Foundation

/// A temporary folder that is deleted with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        // Memory, where there is some: these tests are not about the speed of a disk.
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        let parent = isThere ? memory : FileManager.default.temporaryDirectory.path
        path = parent + "/spool-" + UUID().uuidString
        try? FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The paths of all segment files, by number.
    var segments: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".segment") }.sorted().map { path + "/" + $0 }
    }
}

extension TemporaryFolder {
    /// The numbers of all segment files, ascending.
    var segmentNumbers: [UInt64] {
        segments.compactMap { path in
            let name = path.split(separator: "/").last?.prefix(16)
            return name.flatMap { UInt64($0, radix: 16) }
        }
    }
}

/// One start of a gateway on a folder.
struct Boot {
    let folder: SpoolFolder
    let supply: SegmentSupply

    init(
        _ folder: TemporaryFolder,
        boot: UInt64 = 1,
        workers: Int = 1,
        segmentBytes: Int = 65_536,
        bytesMax: Int = 1 << 30
    ) throws {
        let owned = try SpoolFolder(path: folder.path)
        _ = try SpoolRecovery.run(owned)
        self.folder = owned
        supply = try SegmentSupply(
            folder: owned,
            settings: SpoolSettings(
                gatewayID: "gw-1",
                bootID: BootID(high: 0xB007, low: boot),
                workers: workers,
                segmentBytes: segmentBytes,
                bytesMax: bytesMax
            ),
            now: 1_000,
            onShortage: {}
        )
        try? supply.prepare(now: 1_000)
    }

    func writer(_ worker: UInt8 = 0) -> TestWriter {
        TestWriter(supply, worker)
    }
}

/// The texts of a test's event.
struct Texts {
    var identity = SpoolIdentity.prepare(
        Agent(agentID: "crawler", teamID: "research", projectID: "atlas", environment: "test")
    )
    var claimedAgentID = Array("crawler".utf8)
    var credentialID = Array("k7x2m4q9w3a5".utf8)
    var host = Array("pypi.org".utf8)
    var method = Array("GET".utf8)
    var path = Array("/simple/requests/".utf8)
    var policyID = Array("allow-registries".utf8)
    var wouldPolicyID: [UInt8] = []
    var bundleRevision = Array("sha256:00ff".utf8)
}

extension SpoolIntent {
    /// An allowed request whose id is `marker`.
    static func sample(_ marker: UInt64, decision: Decision = .allow) -> SpoolIntent {
        let reason: Reason =
            switch decision {
            case .allow: .policyAllowed
            case .deny: .policyDenied
            case .rateLimit: .quotaRPSExceeded
            }
        return SpoolIntent(
            requestID: RequestID(high: 0x0192_0000_0000_7000, low: marker),
            timestamp: 1_795_467_600_000_000 + Int64(marker),
            decision: decision,
            reason: reason,
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
    }
}

extension SpoolOutcome {
    static func sample(_ bytes: UInt64 = 100) -> SpoolOutcome {
        SpoolOutcome(
            outcome: .completed,
            decision: .allow,
            reason: .policyAllowed,
            status: 200,
            attempts: 1,
            address: IPAddress(v4: 0x9765_0001),
            bytesOut: bytes,
            bytesIn: 2 * bytes,
            latencyMicroseconds: 1_500,
            durationMicroseconds: 2_999,
            gatewayMicroseconds: 40
        )
    }
}

/// A writer behind a reference, because the testing macros take copies.
final class TestWriter {
    private var writer: SpoolWriter

    init(_ supply: SegmentSupply, _ worker: UInt8) {
        writer = SpoolWriter(supply: supply, worker: worker)
    }

    var lastSequence: UInt64 { writer.lastSequence }

    var lostCount: UInt64 { writer.lostCount }

    func open(
        _ intent: SpoolIntent,
        _ texts: Texts = Texts(),
        onFailure: GatewaySettings.AuditFailure = .proceed
    ) -> SlotHandle? {
        writer.open(
            intent,
            SpoolTexts(
                identity: texts.identity.span,
                claimedAgentID: texts.claimedAgentID.span,
                credentialID: texts.credentialID.span,
                host: texts.host.span,
                method: texts.method.span,
                path: texts.path.span,
                policyID: texts.policyID.span,
                wouldPolicyID: texts.wouldPolicyID.span,
                bundleRevision: texts.bundleRevision.span
            ),
            onFailure: onFailure
        )
    }

    func conclude(
        _ slot: SlotHandle,
        _ outcome: SpoolOutcome = .sample(),
        serverName: [UInt8] = []
    ) {
        writer.conclude(slot, outcome, serverName: serverName.span)
    }

    /// The texts of an open slot as `agent credential host method path`, and the rest.
    func recall(_ slot: SlotHandle, capacity: Int = 10_240) -> (texts: [String], RecalledExchange)?
    {
        var out = ByteBuffer(capacity: capacity)
        out.append("before")
        guard let recalled = writer.recall(slot, into: &out) else { return nil }
        let places = [
            recalled.agentID, recalled.credentialID, recalled.host, recalled.method, recalled.path,
        ]
        return (places.map { out.bytes.extracting($0).string() }, recalled)
    }

    func record(_ heartbeat: Heartbeat) -> Bool { writer.record(heartbeat) }

    /// A whole exchange.
    func exchange(_ marker: UInt64) -> Bool {
        guard let slot = open(.sample(marker)) else { return false }
        conclude(slot)
        return true
    }
}

/// A reader behind a reference, for the same reason.
final class TestReader {
    private var reader: SpoolReader

    init(
        _ folder: TemporaryFolder,
        from position: SpoolPosition = SpoolPosition(),
        for purpose: SpoolReader.Purpose = .display
    ) {
        reader = SpoolReader(folder: folder.path, from: position, for: purpose)
    }

    var finishedSegments: [UInt64] { reader.finishedSegments }

    func nextPlaced() throws -> PlacedRecord? { try reader.nextPlaced() }

    func hold(_ place: SpoolPlace) { reader.hold(place) }

    func forget(_ segments: [UInt64]) { reader.forget(segments) }

    /// All that is there now.
    func all() throws -> [AuditRecord] {
        var records: [AuditRecord] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }

    var position: SpoolPosition { reader.position }

    func next() throws -> AuditRecord? { try reader.next() }

    /// The marker of the next event; nil at the end.
    func nextMarker() throws -> UInt64? {
        guard case .event(let event) = try reader.next() else { return nil }
        return event.marker
    }
}

/// All records that a new reader finds.
func records(_ folder: TemporaryFolder) throws -> [AuditRecord] {
    var reader = SpoolReader(folder: folder.path)
    var records: [AuditRecord] = []
    while let record = try reader.next() { records.append(record) }
    return records
}

func events(_ folder: TemporaryFolder) throws -> [AuditEvent] {
    try records(folder).compactMap { if case .event(let event) = $0 { event } else { nil } }
}

func gaps(_ folder: TemporaryFolder) throws -> [AuditGap] {
    try records(folder).compactMap { if case .gap(let gap) = $0 { gap } else { nil } }
}

extension AuditEvent {
    /// The number that the test gave the request.
    var marker: UInt64 { requestID.low }
}

func text(_ record: AuditRecord) -> String {
    var out = ByteBuffer(capacity: EventWriter.bytesMax)
    EventWriter.write(record, to: &out)
    return out.bytes.string()
}
