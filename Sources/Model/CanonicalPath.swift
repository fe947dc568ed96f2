// A path has many spellings and a policy judges one. The canonical spelling is made once, is
// what policies see, and is what goes upstream: nobody downstream reads another path than the
// one that was judged.

public import ClawgressBytes

/// The one spelling of a request's path (RFC 3986 sections 5.2.4 and 6.2.2).
///
/// 1. Percent-encoded unreserved characters are decoded; other encodings keep their octet and
///    get upper-case digits.
/// 2. Repeated slashes become one, then `.` and `..` segments are resolved.
/// 3. What two readers could understand differently is refused: an encoded slash, backslash or
///    control character, overlong UTF-8, a stray `%`, characters outside the URI grammar, and
///    parameters on an empty or dot segment (`/..;x/`), which some servers strip before and
///    some after they resolve the dots.
///
/// A canonical path begins with `/`, and canonicalising it again changes nothing.
public enum CanonicalPath {
    /// Appends the canonical form of `path` to `out`; an empty path is `/`.
    ///
    /// - Parameters:
    ///   - path: the path component as received, without query.
    ///   - out: receives the canonical path; the caller asks whether it overflowed.
    /// - Throws: `pathMalformed`; `out` may then hold a part.
    public static func append(_ path: Span<UInt8>, into out: inout ByteBuffer) throws(Reason) {
        guard path.count > 0 else { return out.append(slash) }
        guard path[0] == slash else { throw .pathMalformed }
        if isPlain(path) { return out.append(path) }
        try rewrite(path, into: &out)
    }

    /// Whether `path` is `prefix` or lies below it, on segment boundaries; both are canonical.
    ///
    /// `/a` covers `/a` and `/a/b` but not `/ab`; `/a/` covers only what is below. Parameters
    /// that the prefix does not spell out are passed over (`/a` covers `/a;v=1/b`), because
    /// origins that know parameters serve the same resource with and without them.
    public static func isPrefix(_ prefix: Span<UInt8>, of path: Span<UInt8>) -> Bool {
        var place = 0
        for index in prefix.indices {
            if place < path.count, path[place] == semicolon, prefix[index] != semicolon {
                while place < path.count, path[place] != slash { place += 1 }
            }
            guard place < path.count, path[place] == prefix[index] else { return false }
            place += 1
        }
        if place == path.count || prefix.count == 0 { return true }
        return prefix[prefix.count - 1] == slash || path[place] == slash || path[place] == semicolon
    }

    // MARK: - One pass over a path that is canonical already

    static var slash: UInt8 { UInt8(ascii: "/") }
    static var dot: UInt8 { UInt8(ascii: ".") }
    static var percent: UInt8 { UInt8(ascii: "%") }
    static var semicolon: UInt8 { UInt8(ascii: ";") }

    /// Whether `path` is canonical at first sight: allowed characters without encodings, no
    /// segment that is empty, or begins with a dot or a semicolon.
    private static func isPlain(_ path: Span<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for index in path.indices {
            let byte = path[index]
            guard isPathByte(byte) else { return false }
            if previous == slash, byte == slash || byte == dot || byte == semicolon { return false }
            previous = byte
        }
        return true
    }

    /// Whether `byte` is `/` or a `pchar` other than `%`, as one bit per byte value.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        if byte < 64 { return 0x2FFF_FFD2_0000_0000 as UInt64 &>> UInt64(byte) & 1 == 1 }
        return byte < 128 && 0x47FF_FFFE_87FF_FFFF as UInt64 &>> UInt64(byte & 63) & 1 == 1
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        if byte < 64 { return 0x03FF_6000_0000_0000 as UInt64 &>> UInt64(byte) & 1 == 1 }
        return byte < 128 && 0x47FF_FFFE_87FF_FFFE as UInt64 &>> UInt64(byte & 63) & 1 == 1
    }

    // MARK: - Segment by segment

    private enum Segment {
        case ordinary, empty, current, parent
    }

    private static func rewrite(_ path: Span<UInt8>, into out: inout ByteBuffer) throws(Reason) {
        let root = out.count
        var index = 0
        while index < path.count {
            let start = out.count
            out.append(slash)
            index = try appendSegment(path, from: index + 1, into: &out)
            let segment = try judge(out.bytes, from: min(start + 1, out.count))
            if segment == .ordinary { continue }
            out.truncate(to: segment == .parent ? parent(of: start, root, out.bytes) : start)
            // What was dropped at the end leaves its slash: `/a/.` is the folder `/a/`.
            if index == path.count { out.append(slash) }
        }
    }

    /// Appends one segment with its encodings normalised; returns where the next slash is.
    private static func appendSegment(
        _ path: Span<UInt8>,
        from start: Int,
        into out: inout ByteBuffer
    ) throws(Reason) -> Int {
        var index = start
        var lead: UInt8 = 0
        while index < path.count, path[index] != slash {
            let byte = path[index]
            guard byte == percent else {
                guard isPathByte(byte) else { throw .pathMalformed }
                out.append(byte)
                index += 1
                lead = 0
                continue
            }
            let octet = try decode(path, at: index)
            if isOverlong(octet, after: lead) { throw .pathMalformed }
            appendOctet(octet, into: &out)
            index += 3
            lead = octet
        }
        return index
    }

    /// The octet that an encoding stands for.
    private static func decode(_ path: Span<UInt8>, at index: Int) throws(Reason) -> UInt8 {
        guard index + 2 < path.count,
            let high = ASCII.hexadecimalValue(path[index + 1]),
            let low = ASCII.hexadecimalValue(path[index + 2])
        else { throw .pathMalformed }
        let octet = high << 4 | low
        if octet < 0x20 || octet == 0x7F { throw .pathMalformed }
        if octet == slash || octet == UInt8(ascii: "\\") { throw .pathMalformed }
        return octet
    }

    private static func appendOctet(_ octet: UInt8, into out: inout ByteBuffer) {
        if isUnreserved(octet) { return out.append(octet) }
        out.append(percent)
        out.append(upperDigit(octet >> 4))
        out.append(upperDigit(octet & 15))
    }

    private static func upperDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }

    /// Whether two octets begin an overlong UTF-8 sequence, the old disguise of `/` and `.`.
    private static func isOverlong(_ octet: UInt8, after lead: UInt8) -> Bool {
        guard octet & 0xC0 == 0x80 else { return false }
        switch lead {
        case 0xC0, 0xC1: return true
        case 0xE0: return octet < 0xA0
        case 0xF0: return octet < 0x90
        default: return false
        }
    }

    /// What the segment that ends `text` is.
    private static func judge(_ text: Span<UInt8>, from start: Int) throws(Reason) -> Segment {
        let length = text.count - start
        var dots = 0
        while dots < min(length, 3), text[start + dots] == dot { dots += 1 }
        if dots < 3, length > dots {
            let rest = text.extracting((start + dots)..<text.count)
            if rest[0] == semicolon { throw .pathMalformed }
            if dots > 0, rest.hasPrefixIgnoringCase("%3b") { throw .pathMalformed }
        }
        guard dots == length else { return .ordinary }
        switch dots {
        case 0: return .empty
        case 1: return .current
        case 2: return .parent
        default: return .ordinary
        }
    }

    /// Where the segment before the slash at `start` begins; the root has no parent.
    private static func parent(of start: Int, _ root: Int, _ text: Span<UInt8>) -> Int {
        var place = start
        while place > root {
            place -= 1
            if text[place] == slash { break }
        }
        return place
    }
}
