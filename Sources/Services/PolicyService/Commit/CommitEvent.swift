// What can happen to the coordinator of a commit, and what it can want. Both are values, so a
// test can play every order of them without a socket, a disk or a clock.

public import ClawgressContract

/// What happened.
public enum CommitEvent: Sendable, Hashable {
    /// The bundle is signed and on disk as `preparing`; these gateways must agree.
    case begin(BundleReference, required: Set<String>)
    /// A gateway has verified, compiled and kept a bundle.
    case prepared(gateway: String, epoch: Int64, serial: Int64)
    /// A gateway will not serve a bundle.
    case refused(gateway: String, epoch: Int64, serial: Int64, Refusal)
    /// A gateway serves a bundle.
    case activated(gateway: String, epoch: Int64, serial: Int64)
    /// The time to prepare the bundle is over.
    case prepareTimeOver(BundleReference)
    /// The decision is on the disk.
    case recorded(BundleReference)
    /// The time for which an answer waits for activation is over.
    case activateTimeOver(BundleReference)
    /// A gateway opened a stream and said where it stands.
    case connected(gateway: String, Standing)
    /// A gateway with a stream said again where it stands.
    case reported(gateway: String, Standing)
    /// A gateway's stream ended.
    case lost(gateway: String)
    /// A gateway was revoked: nobody waits for it any more.
    case removed(gateway: String)
}

/// Why a gateway refused.
public struct Refusal: Sendable, Hashable {
    /// A stable name.
    public var code: String
    /// The same in a sentence.
    public var reason: String

    /// Describes a refusal.
    public init(code: String, reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// Where a gateway stands, as far as a commit is concerned.
public struct Standing: Sendable, Hashable {
    /// What it serves.
    public var active: BundleReference?
    /// What it prepared and was told neither to activate nor to forget.
    public var prepared: BundleReference?
    /// The serial that it reverted by itself.
    public var revertedSerial: Int64?

    /// Describes a standing.
    public init(
        active: BundleReference?,
        prepared: BundleReference?,
        revertedSerial: Int64? = nil
    ) {
        self.active = active
        self.prepared = prepared
        self.revertedSerial = revertedSerial
    }
}

/// What the coordinator wants done, in this order.
public enum CommitAction: Sendable, Hashable {
    /// Tell a gateway; one without a stream is told when it connects.
    case send(gateway: String, PolicyStreamLine)
    /// Write the decision and wait for the disk; then `recorded`.
    case recordDecision(BundleReference)
    /// Write that nothing came of it.
    case recordAbort(BundleReference, [String: Refusal])
    /// Tell whoever asked for the publication.
    case answer(BundleReference, CommitOutcome)
}

/// How an attempt ended.
public enum CommitOutcome: Sendable, Hashable {
    /// The decision is on disk.
    case decided
    /// Nothing changed anywhere, because of these gateways.
    case aborted([String: Refusal])
}

extension BundleReference: Comparable {
    /// Whether `left` was published before `right`.
    public static func < (left: BundleReference, right: BundleReference) -> Bool {
        (left.epoch, left.serial) < (right.epoch, right.serial)
    }

    /// Whether this is the bundle of that place.
    func isAt(_ epoch: Int64, _ serial: Int64) -> Bool {
        self.epoch == epoch && self.serial == serial
    }
}
