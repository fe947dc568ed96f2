// What the parsers say about one part of a message, as a JSON line. Bytes are written as hexadecimal digits,
// so no byte of a hostile head can break the line.

import ClawgressBytes
import ClawgressForward
import ClawgressModel

private let headBytesMax = 32_768
private let limits = HeadLimits(fieldCount: 100)
private let gatewayName = Array("gw".utf8)

/// The line about what an agent sent.
func requestLine(_ input: Span<UInt8>) -> String {
    var out = ByteBuffer(capacity: 2 * headBytesMax)
    do throws(Reason) {
        let scan = try HeadScanner.scan(input, from: 0, limit: headBytesMax)
        guard case .complete(let start, let end) = scan else { return incomplete }
        let bytes = input.extracting(start..<end)
        let head = try RequestHead.parse(
            bytes,
            limits: limits,
            gatewayName: gatewayName.span,
            into: &out
        )
        return object([
            text("verdict", "accepted"), "\"end\":\(end)",
            hex("method", bytes.extracting(head.methodText)),
            hex("authority", out.bytes.extracting(head.authorityText)),
            hex("target", out.bytes.extracting(head.target)),
            text("version", head.isVersion10 ? "1.0" : "1.1"),
            text("body", words(head.body)),
            // What a tunnel writes is the authority; its fields go nowhere.
            hex("written", out.bytes.extracting(0..<(head.isTunnel ? 0 : out.count))),
        ])
    } catch {
        return refusal(error)
    }
}

/// The line about what an origin sent.
func responseLine(_ input: Span<UInt8>, isHead: Bool) -> String {
    var out = ByteBuffer(capacity: 2 * headBytesMax)
    do throws(Reason) {
        let scan = try HeadScanner.scanResponse(input, from: 0, limit: headBytesMax)
        guard case .complete(let start, let end) = scan else { return incomplete }
        let head = try ResponseHead.parse(
            input.extracting(start..<end),
            request: ResponseContext(
                isHead: isHead,
                agentIsVersion10: false,
                agentKeepAlive: true
            ),
            limits: limits,
            gatewayName: gatewayName.span,
            into: &out
        )
        return object([
            text("verdict", "accepted"), "\"end\":\(end)", "\"status\":\(head.status)",
            text("body", words(head.body)), hex("written", out.bytes),
        ])
    } catch {
        return refusal(error)
    }
}

/// The line about chunked content, as either side sends it.
func chunksLine(_ input: Span<UInt8>) -> String {
    var reader = BodyReader(.chunked)
    var payload: [UInt8] = []
    var index = 0
    do throws(Reason) {
        while index < input.count, !reader.isComplete {
            switch try reader.advance(input, from: index, to: input.count) {
            case .payload(let range):
                payload += input.extracting(range).array()
                index = range.upperBound
            case .framing(let range):
                index = range.upperBound
            case .finished:
                break
            }
        }
        guard reader.isComplete else { return incomplete }
        return object([
            text("verdict", "accepted"), "\"end\":\(index)", hex("payload", payload.span),
        ])
    } catch {
        return refusal(error)
    }
}

private let incomplete = object([text("verdict", "incomplete")])

private func refusal(_ reason: Reason) -> String {
    object([text("verdict", "refused"), text("reason", "\(reason.name)")])
}

private func words(_ body: BodyLength) -> String {
    switch body {
    case .none: "none"
    case .fixed(let length): "fixed \(length)"
    case .chunked: "chunked"
    case .untilClose: "until close"
    }
}

private func object(_ members: [String]) -> String {
    "{" + members.joined(separator: ",") + "}"
}

private func text(_ name: String, _ value: String) -> String {
    "\"\(name)\":\"\(value)\""
}

private func hex(_ name: String, _ bytes: Span<UInt8>) -> String {
    text(name, Hexadecimal.encode(bytes.array()))
}
