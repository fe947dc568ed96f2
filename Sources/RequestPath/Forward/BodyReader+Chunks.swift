// The grammar of chunk sizes, extensions and trailers, one byte at a time, so that it does not
// matter where a read ended.

import ClawgressBytes
import ClawgressModel

extension BodyReader {
    /// Reads framing up to the next payload or the end; returns where it stopped.
    mutating func readFraming(
        _ bytes: Span<UInt8>,
        from: Int,
        to: Int
    ) throws(Reason) -> Int {
        var index = from
        while index < to {
            switch state {
            case .complete, .fixed, .untilClose, .chunk:
                return index
            case .size, .sizeFeed, .chunkEnd, .chunkEndFeed:
                try readSize(bytes[index])
            case .extensionStart, .extensionName, .valueStart, .value, .quoted, .escaped,
                .quotedEnd:
                try readExtension(bytes[index])
            case .trailerStart, .trailerName, .trailerValue, .trailerFeed, .lastFeed:
                try readTrailer(bytes[index])
            }
            index += 1
        }
        return index
    }

    private mutating func readSize(_ byte: UInt8) throws(Reason) {
        switch (state, byte) {
        case (.chunkEnd, UInt8(ascii: "\r")):
            state = .chunkEndFeed
        case (.chunkEndFeed, UInt8(ascii: "\n")):
            state = .size
            digits = 0
        case (.size, UInt8(ascii: "\r")) where digits > 0:
            state = .sizeFeed
        case (.size, UInt8(ascii: ";")) where digits > 0:
            state = .extensionStart
            line = 1
        case (.size, _):
            guard digits < 16, let digit = ASCII.hexadecimalValue(byte) else {
                throw .chunkMalformed
            }
            number = number << 4 | UInt64(digit)
            digits += 1
        case (.sizeFeed, UInt8(ascii: "\n")):
            guard number <= contentLengthMax else { throw .chunkMalformed }
            state = number > 0 ? .chunk : .trailerStart
            line = 0
        default:
            throw .chunkMalformed
        }
    }

    /// `chunk-ext` of RFC 9112 section 7.1.1, without its optional white space.
    private mutating func readExtension(_ byte: UInt8) throws(Reason) {
        line += 1
        guard Int(line) <= Self.extensionBytesMax else { throw .chunkMalformed }
        switch state {
        case .extensionStart, .valueStart:
            if state == .valueStart, byte == UInt8(ascii: "\"") {
                state = .quoted
                return
            }
            guard ASCII.isToken(byte) else { throw .chunkMalformed }
            state = state == .extensionStart ? .extensionName : .value
        case .extensionName where byte == UInt8(ascii: "="):
            state = .valueStart
        case .extensionName, .value:
            if !ASCII.isToken(byte) { try endExtension(byte) }
        case .quoted where byte == UInt8(ascii: "\""):
            state = .quotedEnd
        case .quoted where byte == UInt8(ascii: "\\"):
            state = .escaped
        case .quoted, .escaped:
            guard ASCII.isFieldText(byte) else { throw .chunkMalformed }
            state = .quoted
        default:
            try endExtension(byte)
        }
    }

    private mutating func endExtension(_ byte: UInt8) throws(Reason) {
        switch byte {
        case UInt8(ascii: "\r"): state = .sizeFeed
        case UInt8(ascii: ";"): state = .extensionStart
        default: throw .chunkMalformed
        }
    }

    private mutating func readTrailer(_ byte: UInt8) throws(Reason) {
        line += 1
        guard Int(line) <= Self.trailerBytesMax else { throw .trailerMalformed }
        switch state {
        case .trailerStart where byte == UInt8(ascii: "\r"):
            state = .lastFeed
        case .trailerStart:
            guard ASCII.isToken(byte) else { throw .trailerMalformed }
            number = TrailerName.start
            state = .trailerName
            number = TrailerName.adding(byte, to: number)
        case .trailerName where byte == UInt8(ascii: ":"):
            guard !TrailerName.isRefused(number) else { throw .trailerMalformed }
            state = .trailerValue
        case .trailerName:
            guard ASCII.isToken(byte) else { throw .trailerMalformed }
            number = TrailerName.adding(byte, to: number)
            if byte == UInt8(ascii: "-"), TrailerName.isRefusedPrefix(number) {
                throw .trailerMalformed
            }
        case .trailerValue where byte == UInt8(ascii: "\r"):
            state = .trailerFeed
        case .trailerValue:
            guard ASCII.isFieldText(byte) else { throw .trailerMalformed }
        case .trailerFeed where byte == UInt8(ascii: "\n"):
            state = .trailerStart
        case .lastFeed where byte == UInt8(ascii: "\n"):
            state = .complete
        default:
            throw .trailerMalformed
        }
    }
}
