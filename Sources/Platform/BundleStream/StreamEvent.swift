// What happens to an enrolled gateway, and what it does about it: the two sides of the machine.

public import ClawgressBundle
public import ClawgressContract

/// When something happened, and what of the surroundings the machine needs.
public struct StreamMoment: Sendable, Equatable {
    /// Milliseconds of a clock that never goes back.
    public let monotonic: Int64
    /// Seconds since 1970 UTC.
    public let wall: Int64
    /// Whether every worker serves the active bundle.
    public let isServing: Bool
    /// Random bits, for the pauses between attempts.
    public let random: UInt64

    /// Names a moment.
    public init(monotonic: Int64, wall: Int64, isServing: Bool, random: UInt64) {
        self.monotonic = monotonic
        self.wall = wall
        self.isServing = isServing
        self.random = random
    }
}

/// A bundle that is served.
public struct StandingBundle: Sendable, Equatable {
    /// Which one.
    public let reference: BundleReference
    /// Until when it must be confirmed, in seconds since 1970 UTC; nil if it stays.
    public let confirmBy: Int64?
    /// Whether what was served before it is kept, so that it can come back.
    public let hasEarlier: Bool

    /// Describes a bundle.
    public init(_ reference: BundleReference, confirmBy: Int64?, hasEarlier: Bool) {
        self.reference = reference
        self.confirmBy = confirmBy
        self.hasEarlier = hasEarlier
    }
}

/// Why something was not done.
public struct StreamRefusal: Sendable, Equatable {
    /// A stable snake_case name.
    public let code: String
    /// A sentence.
    public let reason: String

    /// Gives a reason.
    public init(code: String, reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// What happened.
public enum StreamEvent: Sendable, Equatable {
    /// A line of the connection with that number.
    case line(String, attempt: UInt64)
    /// The connection with that number ended, or could not be made, or a report on it failed.
    case lost(String, attempt: UInt64)
    /// A bundle was fetched; nothing of it was checked.
    case fetched(BundleReference, [UInt8])
    /// A bundle could not be fetched.
    case fetchFailed(BundleReference, StreamRefusal)
    /// A bundle is verified, compiled and on the disk, or held until that takes it.
    case prepared(BundleReference)
    /// A bundle was not taken, and nothing changed.
    case refused(BundleReference, StreamRefusal)
    /// A bundle is on the disk as the one to serve, or held until that takes it, and is served.
    case activated(StandingBundle)
    /// What was prepared cannot be activated: it must be fetched once more.
    case preparedLost(BundleReference)
    /// The key set with that version is in force; whether what is prepared may stay.
    case keySetKept(version: Int64, preparedStands: Bool)
    /// A key set was not taken.
    case keySetRefused(StreamRefusal)
    /// What was served before is served again; the bundle that went.
    case reverted(StandingBundle, from: BundleOrder)
    /// What was served before cannot be served; the active bundle stays.
    case revertFailed
    /// What of the state is in memory only, in a sentence; nil if the disk has everything.
    case stateFolder(problem: String?)
    /// Time went by.
    case tick
}

/// What is to be done.
public enum StreamAction: Sendable, Equatable {
    /// Open the stream under a new number.
    case connect(attempt: UInt64)
    /// Close it.
    case disconnect(attempt: UInt64)
    /// Ask for a bundle.
    case fetch(BundleReference)
    /// Ask no more for the bundle that is asked for.
    case cancelFetch
    /// Verify, compile and keep beside the active bundle.
    case prepare(BundleReference, [UInt8])
    /// Verify, compile, keep as the one to serve, and serve.
    case adopt(BundleReference, [UInt8])
    /// Serve what is prepared.
    case activatePrepared(BundleReference)
    /// Forget what is prepared.
    case dropPrepared
    /// Serve again what was served before the active bundle.
    case revert
    /// Verify and keep a key set.
    case keepKeySet(String)
    /// Say something on the connection with that number.
    case report(PolicyReport, attempt: UInt64)
    /// Tell the operator.
    case complain(StreamComplaint)
}

/// What an operator should know.
public enum StreamComplaint: Sendable, Equatable {
    /// The stream ended or does not come about.
    case disconnected(String)
    /// The policy service said what it should not; the sentence says what.
    case misunderstood(String)
    /// A decided bundle is not taken, so this gateway falls behind.
    case behind(BundleReference, StreamRefusal)
    /// The active bundle was not confirmed in time, and nothing older is kept.
    case confirmOverdue(BundleReference)
}

extension BundleReference {
    /// The bundle's place in the sequence of publications.
    public var order: BundleOrder { BundleOrder(epoch: epoch, serial: serial) }
}
