// What the audit service says about the completeness of what it was sent: which numbers of each
// stream it has, so that what is missing has a name.

/// The records of one worker in one life of one sender.
public struct AuditStream: Codable, Sendable, Equatable {
    /// What is counted in a stream.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// Records with a sequence, which has no holes at the sender.
        case records
        /// Gap records, by the number of their segment; holes between them mean nothing.
        case gaps
    }

    /// Consecutive numbers, both ends included.
    public struct Run: Codable, Sendable, Equatable {
        /// The first one.
        public var first: UInt64
        /// The last one.
        public var last: UInt64

        /// Names a run.
        public init(first: UInt64, last: UInt64) {
            self.first = first
            self.last = last
        }
    }

    /// The sender: `gateway/` and its id, or a service's word such as `admin-api`.
    public var sender: String
    /// The sender's start, 32 hexadecimal digits.
    public var bootID: String
    /// The sender's worker.
    public var worker: UInt8
    /// What is counted.
    public var kind: Kind
    /// What is in the log, in ascending order; the first runs if `runsLeftOut` is not 0.
    public var have: [Run]
    /// How many runs there are behind those in `have`.
    public var runsLeftOut: Int
    /// How many numbers that the sender gave are not in the log, as far as its records and heartbeats
    /// tell; 0 for gap records.
    public var missing: UInt64

    /// Describes a stream.
    public init(
        sender: String,
        bootID: String,
        worker: UInt8,
        kind: Kind,
        have: [Run],
        runsLeftOut: Int,
        missing: UInt64
    ) {
        self.sender = sender
        self.bootID = bootID
        self.worker = worker
        self.kind = kind
        self.have = have
        self.runsLeftOut = runsLeftOut
        self.missing = missing
    }

    enum CodingKeys: String, CodingKey {
        case sender, worker, kind, have, missing
        case bootID = "boot_id"
        case runsLeftOut = "runs_left_out"
    }
}

/// A page of streams, in the order of sender, boot, worker and kind.
public struct AuditStreamPage: Codable, Sendable, Equatable {
    /// The streams.
    public var streams: [AuditStream]
    /// Give this as `after` for the next page; absent at the end.
    public var next: String?

    /// Assembles a page.
    public init(streams: [AuditStream], next: String?) {
        self.streams = streams
        self.next = next
    }
}
