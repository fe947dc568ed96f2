// Administrative events of a test, and the spool that takes them.

import ClawgressAudit
import ClawgressModel

extension AdminEvent {
    /// A commit whose id is `marker`.
    static func sample(_ marker: UInt64, summary: String = "+ agent crawler") throws -> AdminEvent {
        try AdminEvent(
            eventID: RequestID(high: 0x0192_0000_0000_7000, low: marker),
            timestamp: 1_795_467_600_000_000 + Int64(marker),
            actor: AdminActor(name: "alice", role: .operator, credentialID: "s7x2m4q9"),
            source: IPAddress(v4: 0x7F00_0001),
            action: .commit,
            subject: "sha256:00ff",
            result: .ok,
            revision: "sha256:00ff",
            commitID: "c0ffee",
            serial: 12,
            summary: summary
        )
    }

    /// The number that the test gave the event.
    var marker: UInt64 { eventID.low }
}

extension AdminSpool {
    /// The spool of a start of a service in a test's folder.
    static func open(
        _ folder: TemporaryFolder,
        boot: UInt64 = 1,
        segmentBytes: Int = 65_536,
        bytesMax: Int = 1 << 30
    ) throws -> AdminSpool {
        try AdminSpool(
            folder: folder.path,
            serviceID: "admin-api",
            bootID: BootID(high: 0xAD, low: boot),
            now: 1_000,
            segmentBytes: segmentBytes,
            bytesMax: bytesMax
        )
    }
}

/// All administrative records that a new reader finds.
func adminRecords(_ folder: TemporaryFolder) throws -> [AdminRecord] {
    try records(folder).compactMap { if case .admin(let record) = $0 { record } else { nil } }
}
