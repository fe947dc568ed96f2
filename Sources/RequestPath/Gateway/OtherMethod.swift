// The other methods that an origin may take a request for: one that a header field names, and
// the same letters in upper case. A policy judges the request line's method; an origin that
// obeys the field, or folds the case, would do another thing than the one that was judged.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy

/// What is needed to ask policy about a request once more, with another method.
struct OtherMethod {
    let question: Question
    let agent: Int32
    let now: Int64

    /// Whether policy would allow the request with every method that its fields name.
    ///
    /// Needed beside the deciding policy's own list: a deny of `DELETE` is no party to a `POST`
    /// that an origin will take for a `DELETE`.
    ///
    /// - Parameter scratch: the buffer with the question's texts; as before afterwards.
    func overridesAreAllowed(
        _ head: RequestHead,
        _ input: Span<UInt8>,
        _ snapshot: GatewaySnapshot,
        _ scratch: inout ByteBuffer
    ) -> Bool {
        var place = head.methodOverrides?.lowerBound ?? 0
        while let value = head.nextMethodOverride(in: input, from: &place) {
            let text = input.extracting(value)
            guard !Method.isNeverForwarded(text),
                let verdict = verdict(for: text, snapshot, &scratch), verdict.isAllowed
            else { return false }
        }
        return true
    }

    /// What policy says if the request's method is `text` in upper case; nil if that is no
    /// method: lists and parameters have as many readings as there are frameworks.
    ///
    /// - Parameter scratch: the buffer with the question's texts; as before afterwards.
    func verdict(
        for text: Span<UInt8>,
        _ snapshot: GatewaySnapshot,
        _ scratch: inout ByteBuffer
    ) -> PolicyVerdict? {
        let start = scratch.count
        defer { scratch.truncate(to: start) }
        for index in text.indices {
            guard ASCII.isToken(text[index]) else { return nil }
            scratch.append(ASCII.isLetter(text[index]) ? text[index] & 0xDF : text[index])
        }
        guard text.count > 0, !scratch.overflowed else { return nil }
        var other = question
        other.method = start..<scratch.count
        return snapshot.policy.decide(other.query(scratch.bytes, agent: agent, now: now))
    }

    /// Whether the text has letters that some origins fold to upper case.
    static func hasSmallLetters(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] &- UInt8(ascii: "a") < 26 { return true }
        return false
    }
}
