// From a name to its place in a list. Dictionaries of the standard library would want a `String`
// made for each request; this looks up a span.

import ClawgressBytes

/// An immutable open-addressing table over names that lie in one flat array.
struct NameTable: Sendable {
    private let hash: KeyedHash
    /// Places in the list, or -1; a power of two, at most half full.
    private let slots: [Int32]
    /// All names, one behind the other.
    private let text: [UInt8]
    /// Where each name begins, and the end of the last.
    private let starts: [Int32]

    /// Files `names` under their places in the list; of equal names the first is found.
    init(_ names: [String], hash: KeyedHash) {
        var size = 8
        while size < names.count * 2 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        var text: [UInt8] = []
        var starts: [Int32] = [0]
        for (place, name) in names.enumerated() {
            let bytes = Array(name.utf8)
            var slot = Int(truncatingIfNeeded: hash.hash(bytes.span)) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(place)
            text += bytes
            starts.append(Int32(text.count))
        }
        self.hash = hash
        self.slots = slots
        self.text = text
        self.starts = starts
    }

    /// The place of `name`, or nil.
    func place(of name: Span<UInt8>) -> Int32? {
        let slots = self.slots.span
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash.hash(name)) & mask
        while slots[slot] >= 0 {
            if isName(name, at: slots[slot]) { return slots[slot] }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// Appends the name at `place`.
    func appendName(at place: Int32, to out: inout ByteBuffer) {
        out.append(text.span, Int(starts[Int(place)])..<Int(starts[Int(place) + 1]))
    }

    /// Whether the name at `place` is `name`.
    func isName(_ name: Span<UInt8>, at place: Int32) -> Bool {
        let range = Int(starts[Int(place)])..<Int(starts[Int(place) + 1])
        return text.span.extracting(range).equals(name)
    }
}
