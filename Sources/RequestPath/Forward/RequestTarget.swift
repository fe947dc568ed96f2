// A request target is cut into authority, path and query here and nowhere else. Only the two
// forms that name their authority are understood: a proxy that guesses one can be led astray.

import ClawgressBytes
import ClawgressModel

/// The parts of an absolute-form target with the http scheme, or of one in origin form, as ranges
/// into the head (RFC 9112 sections 3.2.1 and 3.2.2).
struct RequestTarget {
    /// Empty in origin form.
    let authority: Range<Int>
    /// May be empty.
    let path: Range<Int>
    /// With its question mark; empty if there is none.
    let query: Range<Int>

    /// Cuts the target at `range`.
    ///
    /// - Throws: `targetFormUnsupported`, `schemeUnsupported`, `targetMalformed`.
    init(_ head: Span<UInt8>, _ range: Range<Int>) throws(Reason) {
        guard head.extracting(range).hasPrefixIgnoringCase("http://") else {
            throw Self.refusal(head.extracting(range))
        }
        let start = range.lowerBound + 7
        var end = start
        while end < range.upperBound, head[end] != UInt8(ascii: "/"), head[end] != UInt8(ascii: "?")
        {
            end += 1
        }
        self.init(head, authority: start..<end, rest: end..<range.upperBound)
    }

    /// Cuts the target of a request whose authority is known from elsewhere.
    ///
    /// - Throws: `targetFormUnsupported`.
    init(originForm head: Span<UInt8>, _ line: RequestLine) throws(Reason) {
        let start = line.target.lowerBound
        guard line.method != .connect, head[start] == UInt8(ascii: "/") else {
            throw .targetFormUnsupported
        }
        self.init(head, authority: start..<start, rest: line.target)
    }

    private init(_ head: Span<UInt8>, authority: Range<Int>, rest: Range<Int>) {
        self.authority = authority
        let mark = head.extracting(rest).firstIndex(of: UInt8(ascii: "?"))
        let pathEnd = mark.map { rest.lowerBound + $0 } ?? rest.upperBound
        path = rest.lowerBound..<pathEnd
        query = pathEnd..<rest.upperBound
    }

    /// Checks that a query holds visible ASCII only and no fragment; it is passed on as it is.
    static func checkQuery(_ query: Span<UInt8>) throws(Reason) {
        for index in query.indices {
            let byte = query[index]
            if byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "#") { throw .targetMalformed }
        }
    }

    /// What to say about a target whose part was refused for `reason`: bytes that may stand
    /// nowhere in a target are named as such, whichever part they stand in.
    static func refusal(_ target: Span<UInt8>, for reason: Reason) -> Reason {
        for index in target.indices {
            let byte = target[index]
            if byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") {
                return .requestLineMalformed
            }
            if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "#")
                || byte == UInt8(ascii: "\\")
            {
                return .targetMalformed
            }
        }
        return reason
    }

    /// Which rule a target breaks that does not begin with `http://`.
    private static func refusal(_ target: Span<UInt8>) -> Reason {
        guard let colon = target.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            ASCII.isLetter(target[0])
        else { return .targetFormUnsupported }
        for index in 0..<colon {
            let byte = target[index]
            let isSchemeByte =
                ASCII.isLetter(byte) || ASCII.isDigit(byte)
                || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
            guard isSchemeByte else { return .targetFormUnsupported }
        }
        if target.extracting(0..<colon).equalsIgnoringCase("http") { return .targetMalformed }
        let rest = target.extracting(colon + 1..<target.count)
        return rest.hasPrefixIgnoringCase("//") ? .schemeUnsupported : .targetFormUnsupported
    }
}
