// A second reading of the chunked coding (RFC 9112 section 7.1), line by line and as lenient as
// the origins that we know. What the product accepts this must accept, with the same content
// and the same end: an origin that reads on from elsewhere is smuggling.

import ClawgressBytes
import FuzzShared

enum PlainChunks {
    static func check(_ bytes: [UInt8], _ whole: BodyReading) {
        guard whole.isComplete else { return }
        guard let plain = read(bytes) else {
            return require(false, "complete, but no other reader finds an end")
        }
        require(plain.payload == whole.payload, "another content than a plain reader's")
        require(plain.length == whole.length, "another end than a plain reader's")
    }

    private static func read(_ bytes: [UInt8]) -> (payload: [UInt8], length: Int)? {
        var payload: [UInt8] = []
        var place = 0
        while true {
            guard let line = takeLine(bytes, &place), let size = chunkSize(line) else { return nil }
            if size == 0 { break }
            guard size <= bytes.count - place else { return nil }
            payload += bytes[place..<(place + size)]
            place += size
            guard takeLine(bytes, &place)?.isEmpty == true else { return nil }
        }
        while let line = takeLine(bytes, &place) {
            if line.isEmpty { return (payload, place) }
        }
        return nil
    }

    /// The line at `place`, ended by a line feed with or without a carriage return.
    private static func takeLine(_ bytes: [UInt8], _ place: inout Int) -> ArraySlice<UInt8>? {
        guard let feed = bytes[place...].firstIndex(of: 10) else { return nil }
        var line = bytes[place..<feed]
        place = feed + 1
        if line.last == 13 { line.removeLast() }
        return line
    }

    private static func chunkSize(_ line: ArraySlice<UInt8>) -> Int? {
        let digits = line.prefix { ASCII.hexadecimalValue($0) != nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
