// Whether a head that is accepted says upstream what it said to us, and nothing else: read by a
// second reader, and by the product once more.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import FuzzShared

enum RequestRewrite {
    /// Few, so that inputs of a few hundred bytes reach it.
    private static let fieldCountMax = 32

    /// A head that the product accepted, and what it wrote.
    struct Accepted {
        let head: RequestHead
        let input: [UInt8]
        let output: [UInt8]

        var authority: [UInt8] { Array(output[head.authorityText]) }
        var host: [UInt8] { Array(output[head.authority.host]) }
        var path: [UInt8] { Array(output[head.path]) }
        var target: [UInt8] { Array(output[head.target]) }
        var method: [UInt8] { Array(input[head.methodText]) }
    }

    /// Parses `input`, and where it is accepted checks all that must hold then.
    static func check(_ input: [UInt8]) {
        guard let first = parse(input) else { return }
        checkShortBuffer(first)
        AuthorityCheck.check(first)
        guard let plain = PlainHead(input) else {
            return require(false, "accepted, but not cut into lines by CRLF")
        }
        checkFraming(first.head.body, plain, isTunnel: first.head.isTunnel)
        if first.head.isTunnel {
            let written = Array(first.output.dropFirst())
            require(written == first.authority, "a tunnel's fields go upstream")
        } else {
            checkPath(first.path)
            OriginReading.check(first, plain)
            // A request that came to the end of its hops is refused by the next gateway.
            if plain.maxForwards != 1 { checkAgain(first) }
        }
    }

    /// What the product makes of a head, with all ranges in bounds; nil if it refuses it.
    private static func parse(
        _ input: [UInt8],
        capacity: Int = 8_192,
        fieldCount: Int = fieldCountMax,
        gatewayName: String = "first"
    ) -> Accepted? {
        let name = Array(gatewayName.utf8)
        var out = ByteBuffer(capacity: capacity)
        out.append(UInt8(ascii: "#"))
        do throws(Reason) {
            let head = try RequestHead.parse(
                input.span,
                limits: HeadLimits(fieldCount: fieldCount),
                gatewayName: name.span,
                into: &out
            )
            require(!out.overflowed, "accepted although the buffer was full")
            require(out[0] == UInt8(ascii: "#"), "what stood in the buffer was changed")
            checkRanges(head, input.count, out.count)
            return Accepted(head: head, input: input, output: out.bytes.array())
        } catch {
            require(out.count == 1, "a refused head left something behind")
            return nil
        }
    }

    private static func checkRanges(_ head: RequestHead, _ inputCount: Int, _ outputCount: Int) {
        let inputRanges = [head.methodText, head.proxyAuthorization ?? 0..<0]
        let outputRanges = [head.authorityText, head.authority.host, head.target, head.path]
        require(inputRanges.allSatisfy { $0.upperBound <= inputCount }, "a range leaves the input")
        require(
            outputRanges.allSatisfy { $0.lowerBound >= 1 && $0.upperBound <= outputCount },
            "a range leaves the output"
        )
    }

    /// A buffer that is one byte too short for what was written.
    private static func checkShortBuffer(_ first: Accepted) {
        let short = parse(first.input, capacity: first.output.count - 1)
        require(short == nil, "a head was written into less room than it takes")
    }

    private static func checkPath(_ path: [UInt8]) {
        var again = ByteBuffer(capacity: 8_192)
        do throws(Reason) {
            try CanonicalPath.append(path.span, into: &again)
        } catch {
            require(false, "a canonical path is refused with \(error)")
        }
        require(again.bytes.array() == path, "a canonical path has a second canonical form")
    }

    /// The length of the content as RFC 9112 section 6.3 reads it from the fields.
    private static func checkFraming(_ body: BodyLength, _ plain: PlainHead, isTunnel: Bool) {
        let lengths = plain.values("content-length")
        let codings = plain.values("transfer-encoding")
        require(lengths.count + codings.count <= 1, "two fields about one length")
        require(plain.values("host").count <= 1, "two Host fields")
        let expected: BodyLength
        if !codings.isEmpty {
            expected = .chunked
        } else if let length = lengths.first, !isTunnel {
            expected = UInt64(String(decoding: length, as: UTF8.self)).map { .fixed($0) } ?? .none
        } else {
            expected = .none
        }
        require(body == expected, "content \(body), but the fields say \(expected)")
    }

    /// Gives what was written back to the product, in the form in which an agent would send it,
    /// as if another gateway came behind this one.
    private static func checkAgain(_ first: Accepted) {
        let line = first.method + [32] + Array("http://".utf8) + first.authority
        let rest = first.output[(1 + first.method.count + 1)...]
        // Host and Via may be new, the framing field, and those that ask for a WebSocket.
        let count = fieldCountMax + 5
        // Not a name that is in the input already: that would be a loop.
        var name = "second"
        while first.output.contains(name) { name += "x" }
        guard let second = parse(line + rest, fieldCount: count, gatewayName: name) else {
            return require(false, "what was written is refused: \(quoted(first.output))")
        }
        require(second.authority == first.authority, "another authority the second time")
        require(second.head.authority.address == first.head.authority.address, "another address")
        require(second.path == first.path, "another path the second time")
        require(second.target == first.target, "another target the second time")
        require(second.method == first.method, "another method the second time")
        require(second.head.body == first.head.body, "another length the second time")
    }
}

extension [UInt8] {
    fileprivate func contains(_ text: String) -> Bool {
        let lowered = map(ASCII.lowercased)
        return lowered.indices.contains { lowered[$0...].starts(with: text.utf8) }
    }
}
