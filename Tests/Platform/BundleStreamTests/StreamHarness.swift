// A machine with a disk that answers at once, and everything that it did.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressContract

/// What a gateway keeps over a kill.
struct FakeDisk: Equatable {
    var active: StandingBundle?
    var prepared: BundleReference?
    var earlier: BundleReference?
    var highest: BundleOrder?
    var reverted: BundleOrder?
    var keySetVersion: Int64 = 0

    var start: BundleStream.Start {
        var start = BundleStream.Start()
        start.active = active
        start.prepared = prepared
        start.highest = highest
        start.reverted = reverted
        start.keySetVersion = keySetVersion
        return start
    }

    /// A disk on which a bundle is served.
    static func serving(_ serial: Int64) -> FakeDisk {
        var disk = FakeDisk()
        let bundle = StreamHarness.bundle(serial)
        disk.active = StandingBundle(bundle, confirmBy: nil, hasEarlier: false)
        disk.highest = bundle.order
        return disk
    }
}

struct StreamHarness {
    var machine: BundleStream
    var disk: FakeDisk
    /// Serials that do not compile here.
    var unusable: Set<Int64> = []
    /// Serials that carry a deadline.
    var deadlines: [Int64: Int64] = [:]
    /// Whether the compiled form of what is prepared is gone.
    var losesPrepared = false
    var now: Int64 = 0
    var wall: Int64 = 1_000
    var isServing = true
    var done: [StreamAction] = []

    init(_ disk: FakeDisk = FakeDisk()) {
        self.disk = disk
        machine = BundleStream(disk.start, bootID: "boot", productVersion: "1.0", now: 0)
    }

    static func bundle(_ serial: Int64) -> BundleReference {
        BundleReference(epoch: 1, serial: serial, revision: "sha256:\(serial)")
    }

    static var refusal: StreamRefusal {
        StreamRefusal(code: "bundle_not_usable", reason: "it does not compile")
    }

    /// The number of the newest connection.
    private(set) var attempt: UInt64 = 0

    var reports: [PolicyReport] {
        done.compactMap { if case .report(let report, _) = $0 { report } else { nil } }
    }

    /// The reports that are no state.
    var answers: [PolicyReport] {
        reports.filter { if case .state = $0 { false } else { true } }
    }

    var lastState: GatewayReportedState? {
        reports.compactMap { if case .state(let state) = $0 { state } else { nil } }.last
    }

    /// Feeds an event, and what the disk answers to the actions.
    mutating func feed(_ event: StreamEvent) {
        let moment = StreamMoment(monotonic: now, wall: wall, isServing: isServing, random: 7)
        var waiting = machine.handle(event, at: moment)
        while !waiting.isEmpty {
            let action = waiting.removeFirst()
            done.append(action)
            if case .connect(let number) = action { attempt = number }
            if let answer = perform(action) { waiting += machine.handle(answer, at: moment) }
        }
    }

    mutating func hear(_ line: PolicyStreamLine) { feed(.line(line.text, attempt: attempt)) }

    /// Connects and is welcomed.
    mutating func welcome(latest: BundleReference?) {
        feed(.tick)
        hear(.welcome(latest: latest, keySet: "1"))
    }

    mutating func fetched(_ reference: BundleReference) { feed(.fetched(reference, [1])) }

    mutating func pass(milliseconds: Int64) {
        now += milliseconds
        wall += milliseconds / 1_000
        feed(.tick)
    }

    private mutating func perform(_ action: StreamAction) -> StreamEvent? {
        switch action {
        case .prepare(let reference, _):
            if unusable.contains(reference.serial) { return .refused(reference, Self.refusal) }
            disk.prepared = reference
            return .prepared(reference)
        case .adopt(let reference, _):
            if unusable.contains(reference.serial) { return .refused(reference, Self.refusal) }
            return activate(reference)
        case .activatePrepared(let reference):
            guard disk.prepared == reference, !losesPrepared else {
                losesPrepared = false
                return .preparedLost(reference)
            }
            disk.prepared = nil
            return activate(reference)
        case .dropPrepared:
            disk.prepared = nil
            return nil
        case .revert: return revert()
        case .keepKeySet(let text):
            guard let version = Int64(text), version >= disk.keySetVersion else {
                return .keySetRefused(StreamRefusal(code: "key_set_older", reason: "older"))
            }
            disk.keySetVersion = version
            return .keySetKept(version: version, preparedStands: true)
        case .connect, .disconnect, .fetch, .cancelFetch, .report, .complain: return nil
        }
    }

    private mutating func activate(_ reference: BundleReference) -> StreamEvent {
        let end = deadlines[reference.serial]
        if end == nil {
            disk.earlier = nil
        } else if disk.active?.confirmBy == nil {
            disk.earlier = disk.active?.reference
        }
        let standing = StandingBundle(reference, confirmBy: end, hasEarlier: disk.earlier != nil)
        disk.active = standing
        disk.highest = max(disk.highest ?? reference.order, reference.order)
        disk.reverted = nil
        return .activated(standing)
    }

    private mutating func revert() -> StreamEvent {
        guard let order = disk.active?.reference.order, let earlier = disk.earlier else {
            return .revertFailed
        }
        let back = StandingBundle(earlier, confirmBy: nil, hasEarlier: false)
        disk.reverted = order
        disk.active = back
        disk.earlier = nil
        return .reverted(back, from: order)
    }
}

extension BundleReference {
    var isPrepared: PolicyReport { .prepared(epoch: epoch, serial: serial) }

    var isActivated: PolicyReport { .activated(epoch: epoch, serial: serial) }

    func isRefused(_ why: StreamRefusal = StreamHarness.refusal) -> PolicyReport {
        .refused(epoch: epoch, serial: serial, code: why.code, reason: why.reason)
    }
}
