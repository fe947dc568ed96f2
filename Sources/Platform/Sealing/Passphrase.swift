// What a human or a service manager knows and a thief of the disk does not.

import ClawgressBytes

/// A passphrase that is long enough to seal with.
///
/// It never prints.
public struct Passphrase: Sendable, Equatable, CustomStringConvertible {
    /// The accepted lengths in bytes.
    public static var lengths: ClosedRange<Int> { 8...1_024 }

    let bytes: [UInt8]

    /// Takes a passphrase as it was typed or read from a file; line ends after it are dropped.
    ///
    /// - Throws: `SealingError.passphraseLength`.
    public init(_ bytes: [UInt8]) throws(SealingError) {
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        guard Self.lengths.contains(end) else { throw .passphraseLength }
        self.bytes = Array(bytes[..<end])
    }

    /// Reads a daemon's credential: a file of systemd's `LoadCredential=` (mode 0400), or one
    /// that the daemon's user keeps to itself.
    ///
    /// A credential that others may read protects nothing, so it is refused and not used.
    ///
    /// - Throws: `SealingError.credentialFile`, `SealingError.credentialExposed`,
    ///   `SealingError.passphraseLength`.
    public init(credential path: String) throws(SealingError) {
        let content: [UInt8]
        do throws(FileError) {
            content = try WholeFile.readPrivate(path, bytesMax: 4_096)
        } catch {
            throw error.isExposedFile ? .credentialExposed(path: path) : .credentialFile(error)
        }
        try self.init(content)
    }

    /// Never the passphrase.
    public var description: String { "a passphrase" }
}
