// What a human or a service manager knows and a thief of the disk does not.

/// A passphrase that is long enough to seal with.
///
/// It never prints.
public struct Passphrase: Sendable, Equatable, CustomStringConvertible {
    /// The accepted lengths in bytes.
    public static var lengths: ClosedRange<Int> { 8...1_024 }

    let bytes: [UInt8]

    /// Takes a passphrase as it was typed or read from a file; line ends after it are dropped.
    ///
    /// - Throws: `SealedKeyError.passphraseLength`.
    public init(_ bytes: [UInt8]) throws(SealedKeyError) {
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        guard Self.lengths.contains(end) else { throw .passphraseLength }
        self.bytes = Array(bytes[..<end])
    }

    /// Never the passphrase.
    public var description: String { "a passphrase" }
}
