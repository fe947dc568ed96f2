// What is said next to one witness, after each of its answers: it remembers how far the log had come, and
// one that is away, or sees another log than ours, is asked less and less often.

/// The exchange with one witness.
///
/// Pure: time and chance are passed in.
public struct WitnessDialogue: Sendable {
    /// What the last answer says of the witness.
    public enum Standing: Sendable, Equatable {
        /// It was not asked yet.
        case unknown
        /// It has signed.
        case cosigned
        /// It has signed a greater tree than the log has: the log was rolled back.
        case ahead(size: Int)
        /// It has signed another tree than the log has: the log was written anew.
        case inconsistent
        /// It does not sign for this log.
        case refused(String)
        /// It cannot be used.
        case failed(String)

        /// Whether the witness remembers another log than this one.
        public var isOtherLog: Bool {
            switch self {
            case .ahead, .inconsistent: true
            case .unknown, .cosigned, .refused, .failed: false
            }
        }
    }

    /// So often may a witness correct the size within one round.
    private static var correctionsMax: Int { 2 }
    /// The longest silence, in milliseconds, where rounds are not further apart.
    private static var silenceMax: Int64 { 300_000 }

    /// How large the tree was that it signed last, as far as is known.
    public private(set) var known: Int
    /// What the last answer says.
    public private(set) var standing = Standing.unknown
    /// Milliseconds between rounds.
    private let every: Int64
    private var failures = 0
    private var corrections = 0
    private var silentUntil: Int64?

    /// Begins.
    ///
    /// - Parameters:
    ///   - known: the size of a tree that the witness has signed; 0 for none.
    ///   - every: milliseconds between rounds.
    public init(known: Int = 0, every: Int64) {
        self.known = known
        self.every = every
    }

    /// Begins a round.
    ///
    /// - Parameters:
    ///   - size: of the checkpoint.
    ///   - now: milliseconds of a clock that nobody sets.
    /// - Returns: the size to prove from; nil if the witness is not asked in this round.
    public mutating func begin(size: Int, now: Int64) -> Int? {
        if let silentUntil, now < silentUntil { return nil }
        corrections = 0
        // A proof cannot begin behind its end: the witness says again what it has.
        return min(known, size)
    }

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - old: the size that was proved from.
    ///   - size: of the checkpoint.
    /// - Returns: the size to prove from in another request, at once; nil if the round is over.
    public mutating func take(
        _ answer: WitnessAnswer,
        old: Int,
        size: Int,
        now: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> Int? {
        switch answer {
        case .cosigned:
            known = size
            standing = .cosigned
            failures = 0
            silentUntil = nil
            return nil
        case .holds(let held) where held > size:
            known = held
            standing = .ahead(size: held)
        case .holds(let held) where held != old && corrections < Self.correctionsMax:
            corrections += 1
            known = held
            return held
        case .holds(let held):
            standing = .failed("it says that it has signed \(held) entries, and then that not")
        case .inconsistent: standing = .inconsistent
        case .refused(let reason): standing = .refused(reason)
        case .failed(let reason): standing = .failed(reason)
        }
        back(off: now, using: &generator)
        return nil
    }

    /// Half of the time is sure, the other half is chance, so that logs do not come together.
    private mutating func back(
        off now: Int64,
        using generator: inout some RandomNumberGenerator
    ) {
        let longest = max(every, Self.silenceMax)
        let silence = min(every << Int64(min(failures, 20)), longest)
        failures += 1
        silentUntil = now + silence / 2 + Int64.random(in: 0...silence / 2, using: &generator)
    }
}
