// The head as an origin reads it, against the head as the agent sent it: every end-to-end field
// byte for byte and in order, no other, and what is ours at its place.

import ClawgressBytes
import ClawgressForward
import FuzzShared

enum OriginReading {
    static func check(_ first: RequestRewrite.Accepted, _ sent: PlainHead) {
        guard let written = PlainHead(Array(first.output.dropFirst())) else {
            return require(false, "written, but not cut into lines by CRLF")
        }
        let words = written.startWords
        require(words.count == 3, "a request line of \(words.count) words")
        require(words[0] == first.method && words[1] == first.target, "another request line")
        require(words[2] == Array("HTTP/1.1".utf8), "another version")
        let path = first.target.prefix { $0 != UInt8(ascii: "?") }
        require(Array(path) == first.path, "the path upstream is not the path that was judged")

        var fields = written.fields[...]
        let host = fields.popFirst()
        require(host?.isNamed("host") == true, "the first field is not Host")
        require(host?.value == first.authority, "Host is not the authority that was judged")
        require(fields.popLast()?.isNamed("via") == true, "the last field is not Via")
        let ours = OwnFields(first, sent)
        let isSound = kept(of: sent, first).contains { kept in
            fields.starts(with: kept) && ours.areAll(fields.dropFirst(kept.count).map(\.line))
        }
        require(isSound, "other fields go upstream: \(quoted(first.output))")
    }

    /// The fields that belong to the whole way; the hops of an OPTIONS may be counted down.
    private static func kept(
        of sent: PlainHead,
        _ first: RequestRewrite.Accepted
    ) -> [[PlainHead.Field]] {
        let named = sent.connectionOptions
        let kept = sent.fields.filter { field in
            let isWrittenAnew = field.isNamed("host") || field.isNamed("content-length")
            let isDropped = field.endsHere || (first.head.isVersion10 && field.isNamed("expect"))
            return !isWrittenAnew && !isDropped && !named.contains(field.name)
        }
        guard first.method == Array("OPTIONS".utf8) else { return [kept] }
        return [kept, kept.filter { !$0.isNamed("max-forwards") }]
    }
}

/// The lines that a gateway writes behind the fields that it keeps.
private struct OwnFields {
    /// Lines that must be there.
    private var needed: [[UInt8]] = []
    /// Lines that may be there.
    private var allowed: [[UInt8]] = []

    init(_ first: RequestRewrite.Accepted, _ sent: PlainHead) {
        switch first.head.body {
        case .none, .untilClose: break
        case .fixed(let length): needed = [Array("Content-Length: \(length)".utf8)]
        case .chunked: needed = [Array("Transfer-Encoding: chunked".utf8)]
        }
        if first.method == Array("OPTIONS".utf8), let hops = sent.maxForwards, hops > 0 {
            allowed.append(Array("Max-Forwards: \(hops - 1)".utf8))
        }
        if sent.elements("upgrade") == [Array("websocket".utf8)],
            sent.connectionOptions.contains(Array("upgrade".utf8))
        {
            allowed += ["Connection: Upgrade", "Upgrade: websocket"].map { Array($0.utf8) }
        }
    }

    /// Whether `lines` are these, each at most once.
    func areAll(_ lines: [[UInt8]]) -> Bool {
        Set(lines).count == lines.count && needed.allSatisfy { lines.contains($0) }
            && lines.allSatisfy { needed.contains($0) || allowed.contains($0) }
    }
}

extension PlainHead {
    /// The value of the one Max-Forwards field.
    var maxForwards: Int? {
        let values = values("max-forwards")
        return values.count == 1 ? Int(String(decoding: values[0], as: UTF8.self)) : nil
    }
}
