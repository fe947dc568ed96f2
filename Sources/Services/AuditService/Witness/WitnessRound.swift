// The signatures under one checkpoint, and since when there were too few of them. Pure.

import ClawgressTransparencyLog

/// The checkpoint that witnesses are asked about.
struct WitnessRound: Sendable {
    let note: SignedNote
    let size: Int
    private(set) var cosignatures: [Cosignature] = []

    init(_ note: SignedNote, size: Int) {
        self.note = note
        self.size = size
    }

    /// Whether a witness has signed.
    func has(_ key: NoteKey) -> Bool { cosignatures.contains { $0.key == key } }

    mutating func add(_ cosignature: Cosignature) { cosignatures.append(cosignature) }

    /// The checkpoint with all signatures, those of witnesses in the order of `keys`.
    func cosigned(inOrderOf keys: [NoteKey]) -> SignedNote {
        var cosigned = note
        for key in keys {
            for cosignature in cosignatures where cosignature.key == key {
                cosigned.add(cosignature.signature)
            }
        }
        return cosigned
    }
}

/// How long the log has gone on without enough witnesses.
public struct WitnessQuorum: Sendable {
    /// The size of the newest checkpoint that enough of them have signed.
    public private(set) var witnessed: Int
    /// Since when a newer one has waited, in milliseconds of the caller's clock.
    private var since: Int64?

    /// Begins with what was witnessed before.
    public init(witnessed: Int) {
        self.witnessed = witnessed
    }

    /// Enough have signed a checkpoint of this size.
    public mutating func reached(_ size: Int) {
        witnessed = size
        since = nil
    }

    /// How long the checkpoint of the log has waited, in milliseconds.
    public mutating func waiting(size: Int, now: Int64) -> Int64 {
        guard size != witnessed else {
            since = nil
            return 0
        }
        let begin = since ?? now
        since = begin
        return now - begin
    }
}
