// The numbers that an operator may choose, and the places at which a test may kill the process.

/// How long things take, and how much is kept.
public struct PolicySettings: Sendable {
    /// How long gateways may take to prepare, in milliseconds.
    public var prepareTimeout: Int64 = 5_000
    /// How long an answer waits for gateways to serve what was decided, in milliseconds.
    public var activateTimeout: Int64 = 1_000
    /// For how long a gateway that was heard from is required, in milliseconds.
    public var heardFrom: Int64 = 10_000
    /// How often a stream is pinged, in milliseconds.
    public var pingEvery: Int64 = 2_000
    /// How many lines may wait for a gateway that does not read them.
    public var streamQueueMax = 256
    /// How many decided bundles are kept; the latest and the one before it always are.
    public var bundlesKept = 16
    /// How long a gateway's certificate is valid, in days.
    public var certificateDays = 365

    /// The defaults.
    public init() {}
}

/// The places of a commit at which the process can be killed for a test, in their order.
public enum PolicyStep: String, CaseIterable, Sendable {
    /// A serial is taken, nothing is signed.
    case serialTaken = "serial_taken"
    /// The bundle is signed and kept as `preparing`, nobody was asked.
    case prepareRecorded = "prepare_recorded"
    /// Every required gateway was asked.
    case prepareSent = "prepare_sent"
    /// All gateways agreed, nothing is decided.
    case beforeDecision = "before_decision"
    /// The decision is on the disk, nobody was told.
    case decisionRecorded = "decision_recorded"
    /// Every gateway was told.
    case activateSent = "activate_sent"
    /// An abort is to be recorded.
    case beforeAbort = "before_abort"
    /// An abort is on the disk, whoever asked does not know.
    case abortRecorded = "abort_recorded"
}
