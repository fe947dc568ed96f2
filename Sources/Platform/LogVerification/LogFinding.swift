// Everything that can be wrong with a log, each in its own words: whoever reads a finding decides
// what to do about it, and a script does so by the code that the command gives each kind.

public import ClawgressRecords
public import ClawgressTransparencyLog

/// One thing that is not in order.
public enum LogFinding: Sendable, Equatable {
    /// There is no checkpoint, so there is nothing to hold the log against.
    case noCheckpoint
    /// The checkpoint is no checkpoint, or its signature is wrong.
    case checkpointRefused(CheckpointError)
    /// The checkpoint is signed by other keys.
    case wrongKey(signers: [String])
    /// The log had more entries at an earlier time.
    case rolledBack(remembered: Int, now: Int)
    /// The log had other entries at an earlier time.
    case forked(remembered: Int)
    /// Too few witnesses have signed the witnessed checkpoint, or a signature is wrong.
    case witnesses(good: Int, required: Int, wrong: [String])
    /// Witnesses have signed another log, of so many entries, than this one is.
    case witnessedOther(size: Int, now: Int)
    /// What the log says of pruned entries is not signed by it, or is of another log.
    case retentionRefused(RetentionError)
    /// Nothing was recorded for longer than it may be; when the newest record was.
    case stale(newest: String?)
    /// A gateway was not heard for longer than it may be, and had not said that it ends.
    case silent(GatewayLife)
    /// Entries at the end are not there.
    case shorter(found: Int, signed: Int)
    /// Entries in the middle are not there.
    case removed(count: Int, first: Int)
    /// Entries are there that were not signed.
    case added(count: Int, first: Int)
    /// All entries are there, in another order.
    case reordered(count: Int, first: Int)
    /// Entries have other bytes.
    case edited(count: Int, first: Int)
    /// Neither entries nor hashes are what was signed.
    case rewritten(Range<Int>)
    /// The entries are what was signed, and a file of hashes is not.
    case tile(path: String)
    /// An entry is no record.
    case noRecord(index: Int, RecordRefusal)
    /// A record is there a second time.
    case repeated(RecordKey, index: Int)
    /// Numbers that a sender gave are not there.
    case missing(StreamKey, [ClosedRange<UInt64>], count: UInt64)
    /// More streams than are remembered, so that numbers were not checked from there on.
    case tooManyStreams(index: Int)
    /// A sender admits that it lost records.
    case gap(StreamKey, lost: UInt64)
}

extension LogFinding: CustomStringConvertible {
    /// One sentence, without what to do.
    public var description: String {
        switch self {
        case .noCheckpoint: "there is no checkpoint: nothing says what this log has to be"
        case .checkpointRefused(let error): "the checkpoint is refused: \(error)"
        case .wrongKey(let signers):
            "the checkpoint is not signed by this key, but by "
                + signers.map { "`\($0)`" }.joined(separator: ", ")
        case .rolledBack(let remembered, let now):
            "rolled back: the log had \(remembered) entries, and its checkpoint says \(now)"
        case .forked(let remembered):
            "forked: the first \(remembered) entries are others than they were"
        case .witnesses(let good, let required, let wrong):
            "witnesses: \(good) have signed the witnessed checkpoint, and \(required) must"
                + wrong.map { "; the signature of `\($0)` is wrong" }.joined()
        case .witnessedOther(let size, let now) where size > now:
            "rolled back: witnesses have signed \(size) entries, and the checkpoint says \(now)"
        case .witnessedOther(let size, _):
            "forked: witnesses have signed other entries than the first \(size) of this log"
        case .retentionRefused(let error): "`retention`, which says what was pruned: \(error)"
        case .stale(let newest):
            "too old: " + (newest.map { "the newest record is of \($0)" } ?? "there is no record")
        case .silent(let life):
            "too old: the newest heartbeat of gateway `\(life.name)` is of \(life.newest)"
        case .tile(let path): "the entries are those that were signed, but `\(path)` is damaged"
        case .noRecord(let index, let refusal): "entry \(index) is no record: \(refusal)"
        case .repeated(let key, let index):
            "repeated: entry \(index) is number \(key.number) of \(key.stream.words) again"
        case .missing(let stream, let numbers, let count):
            "missing: \(count) of \(stream.words): \(Self.list(numbers))"
        case .tooManyStreams(let index):
            "from entry \(index) on, numbers were not checked: there are too many streams"
        case .gap(let stream, let lost):
            "admitted gap: \(stream.words) lost \(lost) events that it could not record"
        default: treeDescription
        }
    }

    /// What is wrong with the entries.
    private var treeDescription: String {
        switch self {
        case .shorter(let found, let signed):
            "shorter: the checkpoint says \(signed) entries, and only the first \(found) are here"
        case .removed(let count, let first):
            "removed: \(count) entries are not here, the first is entry \(first)"
        case .added(let count, let first):
            "added: \(count) entries were not signed, the first is entry \(first)"
        case .reordered(let count, let first):
            "reordered: \(count) entries are not in their places, the first is entry \(first)"
        case .edited(let count, let first):
            "edited: \(count) entries have other bytes, the first is entry \(first)"
        case .rewritten(let range):
            "rewritten: of entries \(range.lowerBound) to \(range.upperBound - 1), neither the "
                + "bytes nor the hashes are what was signed"
        default: ""
        }
    }

    private static func list(_ numbers: [ClosedRange<UInt64>]) -> String {
        let named = numbers.prefix(8).map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
        }
        return named.joined(separator: ", ") + (numbers.count > 8 ? ", …" : "")
    }
}

extension StreamKey {
    /// The stream for people.
    var words: String { "\(sender), boot \(boot), worker \(worker)" }
}
