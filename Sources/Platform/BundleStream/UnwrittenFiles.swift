// What a disk that failed must still take. Pure: which changes are held, in which order they are made
// good, and when to try again; whoever owns the files does the writing.

/// Changes of small files that are not on the disk yet.
///
/// Holds one change for each file, the last one, so it is bounded by the files that there are.
public struct UnwrittenFiles: Sendable {
    /// What a file is to be.
    public struct Change: Sendable, Equatable {
        /// Which file.
        public let path: String
        /// What is to stand in it; nil if it is to be gone.
        public let content: [UInt8]?

        /// Describes a change.
        public init(_ path: String, _ content: [UInt8]?) {
            self.path = path
            self.content = content
        }
    }

    /// The pause between two attempts, in milliseconds.
    public static var pause: Int64 { 2_000 }

    /// What is held, in the order in which it was last wanted.
    public private(set) var changes: [Change] = []
    /// Why it is held, in a sentence; nil if nothing is.
    public private(set) var problem: String?
    private var nextAttempt: Int64 = 0

    /// Nothing is held.
    public init() {}

    /// Whether the disk has everything.
    public var isEmpty: Bool { changes.isEmpty }

    /// The files to write, all of them before one is put in its place: a disk that is full again
    /// in between then has none of them, and not an order without its bundle.
    public var replacements: [(path: String, content: [UInt8])] {
        changes.compactMap { change in change.content.map { (change.path, $0) } }
    }

    /// The files to remove, when the others are written: until then they may be needed.
    public var removals: [String] {
        changes.compactMap { $0.content == nil ? $0.path : nil }
    }

    /// Holds changes; what was held of the same files is forgotten.
    public mutating func hold(_ newer: [Change]) {
        for change in newer {
            changes.removeAll { $0.path == change.path }
            changes.append(change)
        }
    }

    /// The disk did not take what is held.
    ///
    /// - Parameters:
    ///   - problem: why, in a sentence.
    ///   - now: milliseconds of the monotonic clock.
    public mutating func failed(_ problem: String, at now: Int64) {
        self.problem = problem
        nextAttempt = now + Self.pause
    }

    /// The disk has taken everything.
    public mutating func written() {
        changes = []
        problem = nil
    }

    /// Whether it is time to try again.
    public func isDue(at now: Int64) -> Bool { !isEmpty && now >= nextAttempt }
}
