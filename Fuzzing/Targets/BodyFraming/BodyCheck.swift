// A body has one content and one end, however it is cut into reads and whoever reads it.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import FuzzShared

/// What was made of a body.
struct BodyReading: Equatable {
    /// The content, without framing.
    var payload: [UInt8] = []
    /// How many bytes belong to the body.
    var length = 0
    var isComplete = false
    var refusal: Reason?
}

enum BodyCheck {
    static func check(_ bytes: [UInt8], as length: BodyLength) {
        let whole = read(bytes, cuts: [], length)
        require(passed(bytes, cuts: [], length) == whole.withoutPayload, "forwarded otherwise")
        let cuts = cutPoints(of: bytes)
        for cut in cuts {
            checkSame(read(bytes, cuts: [cut], length), whole, cut...cut)
        }
        checkSame(read(bytes, cuts: cuts, length), whole, 0...bytes.count)
        let forwarded = passed(bytes, cuts: cuts, length)
        require(forwarded == whole.withoutPayload, "forwarded otherwise when cut everywhere")
        checkEnd(bytes, whole, length)
        if length == .chunked { PlainChunks.check(bytes, whole) }
    }

    private static func checkSame(
        _ one: BodyReading,
        _ whole: BodyReading,
        _ cut: ClosedRange<Int>
    ) {
        require(one == whole, "\(one) when cut in \(cut), \(whole) at once")
    }

    /// Reads piece by piece, as for an agent that knows no chunks.
    private static func read(
        _ bytes: [UInt8],
        cuts: [Int],
        _ length: BodyLength
    ) -> BodyReading {
        var reader = BodyReader(length)
        var reading = BodyReading()
        for end in cuts + [bytes.count] {
            do throws(Reason) {
                try readOn(bytes, to: end, &reader, &reading)
            } catch {
                reading.refusal = error
                // How far it came before the refusal depends on the reads, and nobody uses it.
                reading.length = 0
                return reading
            }
        }
        reading.isComplete = reader.isComplete
        return reading
    }

    private static func readOn(
        _ bytes: [UInt8],
        to end: Int,
        _ reader: inout BodyReader,
        _ reading: inout BodyReading
    ) throws(Reason) {
        while reading.length < end {
            let from = reading.length
            switch try reader.advance(bytes.span, from: from, to: end) {
            case .finished:
                return
            case .payload(let range):
                require(range.lowerBound == from && range.upperBound <= end, "payload elsewhere")
                require(!range.isEmpty, "an empty payload")
                reading.payload += bytes[range]
                reading.length = range.upperBound
            case .framing(let range):
                require(range.lowerBound == from && range.upperBound <= end, "framing elsewhere")
                require(!range.isEmpty, "no progress at \(from)")
                reading.length = range.upperBound
            }
        }
    }

    /// Follows the bytes as they are forwarded unchanged.
    private static func passed(
        _ bytes: [UInt8],
        cuts: [Int],
        _ length: BodyLength
    ) -> BodyReading {
        var reader = BodyReader(length)
        var reading = BodyReading()
        for end in cuts + [bytes.count] {
            do throws(Reason) {
                let from = reading.length
                guard from < end else { continue }
                let count = try reader.passThrough(bytes.span, from: from, to: end)
                require(count == end - from || reader.isComplete, "bytes were passed over")
                reading.length += count
                if reader.isComplete { break }
            } catch {
                return BodyReading(refusal: error)
            }
        }
        reading.isComplete = reader.isComplete
        return reading
    }

    private static func checkEnd(_ bytes: [UInt8], _ whole: BodyReading, _ length: BodyLength) {
        switch length {
        case .none:
            require(whole.isComplete && whole.length == 0, "content where there is none")
        case .fixed(let count):
            require(whole.refusal == nil, "plain content was refused")
            require(whole.isComplete == (count <= bytes.count), "another end than the length's")
            require(whole.payload == Array(bytes.prefix(Int(count))), "other content")
        case .untilClose:
            require(!whole.isComplete && whole.payload == bytes, "other content")
        case .chunked:
            require(whole.isComplete || whole.length == bytes.count || whole.refusal != nil, "lost")
        }
    }
}

extension BodyReading {
    /// What is known where the content is not looked at.
    fileprivate var withoutPayload: BodyReading {
        var other = self
        other.payload = []
        return other
    }
}
