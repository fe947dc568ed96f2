// A stream arrives in reads of any size, and what it means must not depend on them.

/// Feeds `bytes` in pieces and all at once to a scan that resumes, and requires one verdict.
///
/// - Parameters:
///   - bytes: what arrives.
///   - areSame: whether two verdicts may both be given on the same bytes.
///   - scan: looks at all bytes so far, the first of which up to an index it has seen before;
///     gives its verdict, or nil and the index from which it will go on.
public func requireSameWhenFed<Verdict>(
    _ bytes: [UInt8],
    areSame: (Verdict, Verdict) -> Bool,
    _ scan: (Span<UInt8>, Int) -> (verdict: Verdict?, resumeAt: Int)
) {
    let whole = scan(bytes.span, 0).verdict
    var seen = 0
    for end in cutPoints(of: bytes) + [bytes.count] {
        let result = scan(bytes.span.extracting(0..<end), seen)
        if let verdict = result.verdict {
            guard let whole else {
                return require(false, "\(verdict) after \(end) bytes, and nothing after all")
            }
            return require(areSame(verdict, whole), "\(verdict) after \(end) bytes, then \(whole)")
        }
        require(result.resumeAt <= end, "the scan has seen what is not there")
        seen = result.resumeAt
    }
    require(whole == nil, "no verdict in pieces, and a verdict at once")
}
