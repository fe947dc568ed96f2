// The two versions of HTTP that are spoken here.

/// HTTP versions as the eight bytes of a start line (RFC 9112 section 2.3).
enum HTTPVersion {
    /// Whether eight bytes, read as a little-endian word, are `HTTP/1.0`; nil if they are not
    /// `HTTP/1.1` either.
    static func isVersion10(_ word: UInt64) -> Bool? {
        switch word {
        case 0x312E_312F_5054_5448: false
        case 0x302E_312F_5054_5448: true
        default: nil
        }
    }
}
