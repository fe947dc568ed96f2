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
        if let framing = framingLine(first.head.body) {
            require(fields.popLast()?.line == Array(framing.utf8), "the framing field is missing")
        }
        require(
            Array(fields) == kept(of: sent, isVersion10: first.head.isVersion10),
            "other fields go upstream: \(quoted(first.output))"
        )
    }

    private static func framingLine(_ body: BodyLength) -> String? {
        switch body {
        case .none, .untilClose: nil
        case .fixed(let length): "Content-Length: \(length)"
        case .chunked: "Transfer-Encoding: chunked"
        }
    }

    /// The fields that belong to the whole way.
    private static func kept(of sent: PlainHead, isVersion10: Bool) -> [PlainHead.Field] {
        let named = sent.connectionOptions
        return sent.fields.filter { field in
            let isWrittenAnew = field.isNamed("host") || field.isNamed("content-length")
            let isDropped = field.endsHere || (isVersion10 && field.isNamed("expect"))
            return !isWrittenAnew && !isDropped && !named.contains(field.name)
        }
    }
}
