// The numbers that an operator may choose, and the places at which a test may kill the process.

/// How much is kept in memory and in files.
public struct LogSettings: Sendable {
    /// How long the log may go without a checkpoint while records come, in milliseconds.
    public var checkpointEvery: Int64 = 1_000
    /// How long the log may have no new checkpoint while nothing comes, in milliseconds.
    public var idleCheckpointEvery: Int64 = 60_000
    /// How long a journal file is, in bytes.
    public var journalBytes = 64 << 20
    /// How many runs of numbers the ledger remembers, and how many streams that heartbeats name.
    public var runsMax = 1_000_000
    /// How many of these may be one sender's; nil for an eighth.
    public var runsPerSender: Int?
    /// How many bytes of records may wait for the next checkpoint before one is made at once.
    public var pendingBytesMax = 32 << 20
    /// How many bytes of records are synchronised together at most, beside one batch.
    public var groupBytesMax = 8 << 20
    /// How long the file of checkpoints may be before old ones are made fewer, in bytes; the default
    /// is never reached, so that all are kept unless an operator decides otherwise.
    public var bookBytesMax = 1 << 40
    /// How many batches are read and waited for at a time.
    public var batchesAtOnce = 32
    /// How many of them one sender may have; ours send one after the other.
    public var batchesPerSender = 2
    /// How long the body of a batch may take to come, in milliseconds: our senders wait no longer for
    /// the answer to all of it.
    public var bodyMilliseconds: Int64 = 10_000

    /// How long a gateway may give no heartbeat, in milliseconds; it gives one a minute.
    public var gatewaySilence: Int64 = 180_000
    /// Gateways that are gone for good, though they did not say so.
    public var retiredGateways: [String] = []

    /// The defaults.
    public init() {}

    /// How many runs, and streams that its heartbeats name, one sender may have.
    public var runsOfSenderMax: Int { runsPerSender ?? max(1, runsMax / 8) }

    /// How long it is from one round to the next, in milliseconds: what a round takes itself must fit into
    /// ``checkpointEvery``, too.
    public var round: Int64 { max(1, checkpointEvery / 10 * 9) }

    /// After how long without a checkpoint a sign of life is due, in milliseconds: it is recorded in one round,
    /// at most one later than that, and the next one signs it.
    public var silenceMax: Int64 { max(round, idleCheckpointEvery - 2 * checkpointEvery) }
}

/// The places at which the process can be killed for a test, in their order.
public enum LogStep: String, CaseIterable, Sendable {
    /// A group is written to the journal, and not synchronised.
    case journalWritten = "journal_written"
    /// A group is on the disk, nobody was answered.
    case journalSynchronised = "journal_synchronised"
    /// The tree's files are in place, no checkpoint is signed.
    case tilesWritten = "tiles_written"
    /// A checkpoint is kept, and not published.
    case checkpointKept = "checkpoint_kept"
    /// A checkpoint is published.
    case checkpointWritten = "checkpoint_written"
    /// The ledger is on the disk, no journal file is removed.
    case streamsWritten = "streams_written"
    /// A raised minimum index is published, nothing is removed.
    case retentionRaised = "retention_raised"
    /// The first of the bundles that go is removed.
    case bundleRemoved = "bundle_removed"
    /// A batch is on the disk and about to be answered.
    case beforeAnswer = "before_answer"
}
