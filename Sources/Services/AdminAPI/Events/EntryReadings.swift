// Who reads the log's entries leaves a trace, and one for each of thousands of files would fill the log with
// itself: so the first reading of a credential is noted, and what follows within an hour belongs to it.

import Synchronization

/// Knows which readings are noted.
final class EntryReadings: Sendable {
    private struct Reading {
        let since: Int64
        /// Whether its event is known to be on the disk.
        var isNoted = false

        func isRecent(_ now: Int64) -> Bool {
            (since..<since + EntryReadings.seconds).contains(now)
        }
    }

    private let readings = Mutex<[String: Reading]>([:])

    /// How long a reading lasts.
    private static var seconds: Int64 { 3_600 }
    /// For how many credentials readings are remembered; those beyond are noted file by file.
    private static var credentialsMax: Int { 10_000 }

    /// Begins a reading, unless one lasts.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970 UTC.
    ///   - note: notes a new reading; nobody else reads with this credential meanwhile, so that it is
    ///     noted once.
    /// - Returns: whether its event is on the disk.
    func begin(
        _ credential: String,
        at now: Int64,
        note: () throws(Refusal) -> Void
    ) throws(Refusal) -> Bool {
        try readings.withLock { readings throws(Refusal) in
            if let reading = readings[credential], reading.isRecent(now) { return reading.isNoted }
            try note()
            readings = readings.filter { $0.value.isRecent(now) }
            if readings.count < Self.credentialsMax { readings[credential] = Reading(since: now) }
            return false
        }
    }

    /// The event of whatever reading a credential had begun at a time is on the disk.
    func noted(_ credential: String, since now: Int64) {
        readings.withLock { readings in
            guard let reading = readings[credential], reading.since <= now else { return }
            readings[credential]?.isNoted = true
        }
    }
}
