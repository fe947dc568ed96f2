// What we pack is what comes out, and nothing else comes out of it, wherever it is cut or changed.

import ClawgressCompression
import FuzzShared

enum ContentCheck {
    static func check(_ content: [UInt8]) {
        for level in [Gzip.Level.fast, .usual] {
            guard let packed = Gzip.pack(content, level) else {
                return require(false, "\(content.count) bytes cannot be packed")
            }
            require(Gzip.pack(content, level) == packed, "equal bytes give two members")
            require(
                (try? Gzip.unpack(packed, bytesMax: content.count)) == content,
                "other bytes come out: \(quoted(content.prefix(200)))"
            )
            // One place of each, chosen by the content so that an input is always the same test.
            let place = content.reduce(content.count) { $0 &* 31 &+ Int($1) }
            let bit = Int(UInt(bitPattern: place) % UInt(packed.count * 8))
            let cut = Array(packed[..<(bit / 8)])
            require((try? Gzip.unpack(cut, bytesMax: content.count)) == nil, "a part is a whole")
            var changed = packed
            changed[bit / 8] ^= 1 << (bit % 8)
            let read = try? Gzip.unpack(changed, bytesMax: content.count)
            require(read == nil || read == content, "bit \(bit) makes another content")
        }
    }
}
