// What the service knows of each gateway now: who it is, when it was heard, where it stands.
// Time is an argument, so a test can let it pass.

public import ClawgressContract

/// The enrolled gateways.
public struct GatewayBook: Sendable {
    /// One gateway.
    public struct Entry: Sendable {
        /// What is on the disk.
        public var record: GatewayRecord
        /// When it was heard from, in milliseconds of the monotonic clock; nil for not yet.
        public var heard: Int64?
        /// What it said last.
        public var state: GatewayReportedState?
    }

    /// For how long a gateway that was heard from is required, in milliseconds.
    private let heardFrom: Int64
    /// The gateways by their ids.
    public private(set) var entries: [String: Entry] = [:]

    /// Starts from the disk.
    ///
    /// The service was not listening while it was down, so whoever was heard from shortly
    /// before the last sign of any gateway counts as heard from now.
    ///
    /// - Parameters:
    ///   - heardFrom: for how long a gateway that was heard from is required, in milliseconds.
    ///   - now: milliseconds of the monotonic clock.
    public init(_ records: [GatewayRecord], heardFrom: Int64, now: Int64) {
        self.heardFrom = heardFrom
        let newest = records.compactMap(\.lastHeard).max() ?? 0
        for record in records {
            var entry = Entry(record: record)
            if let last = record.lastHeard, newest - last <= heardFrom / 1_000 {
                entry.heard = now
            }
            entries[record.gatewayID] = entry
        }
    }

    /// Adds a gateway, or one that was enrolled again and must be heard from anew.
    public mutating func enrol(_ record: GatewayRecord) {
        entries[record.gatewayID] = Entry(record: record)
    }

    /// Forgets a gateway.
    public mutating func remove(_ gatewayID: String) {
        entries[gatewayID] = nil
    }

    /// Sets or ends maintenance.
    public mutating func setMaintenance(_ gatewayID: String, _ maintenance: Bool) {
        entries[gatewayID]?.record.maintenance = maintenance
    }

    /// Notes a sign of life.
    ///
    /// - Parameters:
    ///   - now: milliseconds of the monotonic clock.
    ///   - wall: seconds since 1970 UTC.
    public mutating func hear(
        _ gatewayID: String,
        _ state: GatewayReportedState? = nil,
        now: Int64,
        wall: Int64
    ) {
        entries[gatewayID]?.heard = now
        entries[gatewayID]?.record.lastHeard = wall
        if let state { entries[gatewayID]?.state = state }
    }

    /// Notes what a gateway serves from now on, before its next report of where it stands.
    public mutating func serve(_ gatewayID: String, _ bundle: BundleReference) {
        entries[gatewayID]?.state?.active = bundle
    }

    /// Whether a publication needs the agreement of the gateway.
    public func isRequired(_ gatewayID: String, now: Int64) -> Bool {
        guard let entry = entries[gatewayID], !entry.record.maintenance else { return false }
        return wasHeard(entry, now)
    }

    /// Every gateway whose agreement a publication needs.
    public func required(now: Int64) -> Set<String> {
        Set(entries.keys.filter { isRequired($0, now: now) })
    }

    private func wasHeard(_ entry: Entry, _ now: Int64) -> Bool {
        entry.heard.map { now - $0 <= heardFrom } ?? false
    }

    /// What can be said of a gateway.
    public func status(
        _ gatewayID: String,
        latest: BundleReference?,
        keySetVersion: Int64,
        isStreaming: Bool,
        now: Int64
    ) -> GatewayStatus? {
        guard let entry = entries[gatewayID] else { return nil }
        var status = GatewayStatus(
            gatewayID: gatewayID,
            state: state(of: entry, latest, now),
            required: isRequired(gatewayID, now: now),
            streaming: isStreaming,
            enrolledAt: entry.record.enrolledAt,
            certificateEnds: entry.record.certificateEnds
        )
        status.lastHeard = entry.record.lastHeard
        if let said = entry.state {
            status.ready = said.ready
            status.active = said.active
            status.keySetVersion = said.keySetVersion
            status.productVersion = said.productVersion
            status.bootID = said.bootID
            status.revertedSerial = said.revertedSerial
            status.problem = said.problem ?? Self.problem(said, latest, keySetVersion)
        }
        return status
    }

    private func state(
        of entry: Entry,
        _ latest: BundleReference?,
        _ now: Int64
    ) -> GatewayStatus.State {
        if entry.record.maintenance { return .maintenance }
        guard entry.record.lastHeard != nil else { return .enrolled }
        guard wasHeard(entry, now), let said = entry.state else { return .lost }
        return latest == nil || said.active == latest ? .connected : .behind
    }

    private static func problem(
        _ said: GatewayReportedState,
        _ latest: BundleReference?,
        _ keySetVersion: Int64
    ) -> String? {
        if let active = said.active, latest.map({ active > $0 }) ?? true {
            return "it serves epoch \(active.epoch), serial \(active.serial), which is newer than "
                + "anything published here: after a restore, run `clawgress-policy raise-epoch`"
        }
        if said.keySetVersion > keySetVersion {
            return "it has key set \(said.keySetVersion), which is newer than \(keySetVersion): "
                + "after a restore, run `clawgress-policy raise-epoch`"
        }
        return nil
    }
}
