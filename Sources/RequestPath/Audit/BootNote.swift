// Which start of a gateway has a spool, and whether it came to its end. The segments alone do not
// tell: what was stored in the last second before the power went may be missing without a trace.

import ClawgressBytes

/// The note of the newest start in a spool's folder.
public struct BootNote: Sendable {
    private let path: String
    private let bootID: BootID

    private static var running: String { "running" }
    private static var ended: String { "ended" }

    /// Prepares the note of a start; call ``begin()`` next.
    public init(folder: SpoolFolder, bootID: BootID) {
        path = folder.path + "/boot"
        self.bootID = bootID
    }

    /// Notes that this start has the spool; on the disk when the call returns.
    ///
    /// - Returns: the start before, if it did not come to its end.
    /// - Throws: `SpoolError.file`; the note of the start before stays then.
    public func begin() throws(SpoolError) -> BootID? {
        let before = try kept()
        try keep(Self.running)
        return before
    }

    /// Notes that all exchanges of this start were concluded.
    ///
    /// - Throws: `SpoolError.file`.
    public func end() throws(SpoolError) {
        try keep(Self.ended)
    }

    private func kept() throws(SpoolError) -> BootID? {
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try WholeFile.readIfPresent(path, bytesMax: 256)
        } catch {
            throw .file(error)
        }
        let words = String(decoding: bytes ?? [], as: UTF8.self).split(
            whereSeparator: \.isWhitespace
        )
        guard words.count == 2, words[1] == Self.running, words[0].utf8.count == 32,
            let high = UInt64(words[0].prefix(16), radix: 16),
            let low = UInt64(words[0].suffix(16), radix: 16)
        else { return nil }
        return BootID(high: high, low: low)
    }

    private func keep(_ word: String) throws(SpoolError) {
        do throws(FileError) {
            try WholeFile.replace(path, with: Array("\(bootID.text) \(word)\n".utf8), mode: 0o600)
        } catch {
            throw .file(error)
        }
    }
}
