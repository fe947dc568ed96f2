// What a Connection field asks for. A sender may name fields that end at the next hop, and a
// hostile one may name those that the next hop needs: the first are dropped, the second are
// refused.

import ClawgressBytes
import ClawgressModel

/// The options of all Connection fields of one head (RFC 9110 section 7.6.1).
struct ConnectionOptions: BitwiseCopyable {
    /// How many fields, beyond those that end here anyway, a sender may name.
    static var namedMax: Int { 8 }

    private(set) var closes = false
    private(set) var keepsAlive = false
    /// Whether the Upgrade field is meant for the receiver.
    private(set) var upgrades = false
    /// How many fields are named that would otherwise be passed on.
    private(set) var namedCount = 0
    /// Where their names stand in the head: start and length.
    private var named = InlineArray<8, UInt64>(repeating: 0)

    /// Adds the options of one field value, which stands at `value` in `head`.
    ///
    /// - Throws: `connectionFieldRefused`.
    mutating func add(_ value: Range<Int>, of head: Span<UInt8>) throws(Reason) {
        var index = value.lowerBound
        while index < value.upperBound {
            let byte = head[index]
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
            {
                index += 1
                continue
            }
            let start = index
            while index < value.upperBound, ASCII.isToken(head[index]) { index += 1 }
            guard index > start, endsElement(head, index, value.upperBound) else {
                throw .connectionFieldRefused
            }
            try add(option: start..<index, of: head)
        }
    }

    /// Whether only blanks stand between `index` and the next comma or the end.
    private func endsElement(_ head: Span<UInt8>, _ index: Int, _ end: Int) -> Bool {
        var index = index
        while index < end, head[index] == UInt8(ascii: " ") || head[index] == UInt8(ascii: "\t") {
            index += 1
        }
        return index == end || head[index] == UInt8(ascii: ",")
    }

    private mutating func add(option: Range<Int>, of head: Span<UInt8>) throws(Reason) {
        let text = head.extracting(option)
        if text.equalsIgnoringCase("close") {
            closes = true
            return
        }
        let kind = FieldKind(text)
        switch kind {
        case .keepAlive:
            keepsAlive = true
        case .host, .contentLength, .transferEncoding, .expect, .authorization,
            .proxyAuthorization, .via, .maxForwards, .framingLookalike:
            throw .connectionFieldRefused
        case .other, .trailer, .authenticate, .methodOverride:
            if isNeverAnOption(text) { throw .connectionFieldRefused }
            guard namedCount < Self.namedMax else { throw .connectionFieldRefused }
            named[namedCount] = UInt64(option.lowerBound) << 32 | UInt64(option.count)
            namedCount += 1
        case .upgrade:
            upgrades = true
        case .connection, .te, .proxyOther, .clawgress:
            break
        }
    }

    /// Further fields that credentials or codings travel in.
    private func isNeverAnOption(_ text: Span<UInt8>) -> Bool {
        text.equalsIgnoringCase("cookie") || text.equalsIgnoringCase("content-encoding")
    }

    /// Whether the connection persists after the message (RFC 9112 section 9.3).
    func persists(isVersion10: Bool) -> Bool {
        !closes && (!isVersion10 || keepsAlive)
    }

    /// Whether the field with that name is one of those named.
    func names(_ name: Range<Int>, of head: Span<UInt8>) -> Bool {
        for index in 0..<namedCount {
            let start = Int(named[index] >> 32)
            let length = Int(named[index] & 0xFFFF_FFFF)
            guard length == name.count else { continue }
            var place = 0
            while place < length,
                ASCII.lowercased(head[start + place])
                    == ASCII.lowercased(head[name.lowerBound + place])
            { place += 1 }
            if place == length { return true }
        }
        return false
    }
}
