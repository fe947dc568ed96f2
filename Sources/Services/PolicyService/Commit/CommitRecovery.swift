// What a restart makes of the disk: the record is the decision, and what has none never happened.

public import ClawgressContract

/// The state of a commit after a restart at any point.
public struct CommitRecovery: Sendable, Hashable {
    /// An attempt as the disk has it.
    public struct Attempt: Sendable, Hashable {
        /// The bundle.
        public var bundle: BundleReference
        /// How far it was.
        public var state: Publication.State

        /// Describes an attempt.
        public init(_ bundle: BundleReference, _ state: Publication.State) {
            self.bundle = bundle
            self.state = state
        }
    }

    /// The newest decided bundle: every gateway that does not serve it is told when it connects.
    public let latest: BundleReference?
    /// What is to be recorded as aborted before anything else is done.
    public let undecided: [BundleReference]

    /// Reads the attempts of a store, in any order.
    public init(_ attempts: [Attempt]) {
        latest = attempts.filter { $0.state == .decided }.map(\.bundle).max()
        undecided = attempts.filter { $0.state == .preparing }.map(\.bundle).sorted()
    }
}
