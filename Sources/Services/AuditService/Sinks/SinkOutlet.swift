// What every kind of sink can do, and how it says that it could not.

import ClawgressJWS

/// Why a batch was not taken.
public struct SinkProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What becomes of it.
    public enum Consequence: Sendable, Equatable {
        /// It is tried again; not before so many milliseconds, if the other side said so.
        case retry(after: Int64?)
        /// Nothing more is tried before somebody looked at it.
        case halt
    }

    /// One sentence, without secrets.
    public let description: String
    /// What becomes of it.
    public let consequence: Consequence
    /// From where on records are to be sent again, because nobody knows what became of them.
    public let resend: Int?

    /// Describes a problem.
    public init(
        _ description: String,
        _ consequence: Consequence = .retry(after: nil),
        resend: Int? = nil
    ) {
        self.description = description
        self.consequence = consequence
        self.resend = resend
    }
}

/// Where a sink's records go.
///
/// One task calls it, one call at a time.
protocol SinkOutlet: Sendable {
    /// Makes ready to go on.
    ///
    /// - Parameter mark: what the last batch that was taken left with the cursor.
    /// - Returns: from where on records are to be sent again; nil for the cursor.
    func open(mark: JSONValue?) async throws(SinkProblem) -> Int?
    /// Hands a batch over, and returns when it is out of our hands.
    ///
    /// - Returns: what is to be kept with the cursor.
    func take(_ batch: SinkBatch) async throws(SinkProblem) -> JSONValue?
    /// Looks whether everything is as it was, while there is nothing to hand over.
    func look() async throws(SinkProblem)
    /// Lets go.
    func close() async
}
