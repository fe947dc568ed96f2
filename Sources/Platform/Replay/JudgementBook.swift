// What a replay and suggestions have in common: records come one after the other and are judged once.

public import ClawgressJWS

/// Takes recorded requests with what a configuration says about them; those that happened last come
/// first.
public protocol JudgementBook {
    /// Records that were not judged.
    var skipped: [Unreplayable: Int] { get set }
    /// Takes a request.
    mutating func add(_ request: RecordedRequest, _ judgement: Judgement)
}

extension JudgementBook {
    /// Judges a record and takes it, or counts why it is not judged.
    ///
    /// - Parameter record: the record's object; null where the log has it no longer.
    /// - Returns: when the request was; nil if it was not judged.
    public mutating func take(_ record: JSONValue, by engine: ReplayEngine) -> String? {
        do throws(Unreplayable) {
            let request = try RecordedRequest(record)
            add(request, engine.judge(request))
            return request.timestamp
        } catch {
            skipped[error, default: 0] += 1
            return nil
        }
    }
}
