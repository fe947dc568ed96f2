// Notices that the key set's file was replaced, and sees to it that the new one is taken: what fails once,
// such as a write to the database, is tried again.

import ClawgressBytes
public import ClawgressSealing

/// Watches the key set's file.
public struct KeyWatch: Sendable {
    /// The pause after the first failure and the longest, in milliseconds: keys are opened at each try, and
    /// that is made to be slow.
    private static var pauses: ClosedRange<Int64> { 2_000...60_000 }

    private let folder: KeyFolder
    private let passphrase: Passphrase
    /// The file that was taken last.
    private var taken: FileStamp?
    private var failure: Failure?

    private struct Failure: Sendable {
        let stamp: FileStamp?
        let pause: Int64
        let until: Int64
    }

    /// Watches a folder.
    ///
    /// - Parameter passphrase: opens its signing keys.
    public init(folder: KeyFolder, passphrase: Passphrase) {
        self.folder = folder
        self.passphrase = passphrase
    }

    /// Hands the keys to `adopt` if their file is another one than the one that it took last.
    ///
    /// - Parameters:
    ///   - wall: seconds since 1970 UTC.
    ///   - uptime: milliseconds of the monotonic clock.
    /// - Throws: `KeyFolderError`, or what `adopt` throws; the next look after a pause tries again.
    public mutating func look(
        wall: Int64,
        uptime: Int64,
        adopt: (KeyRing) async throws -> Void
    ) async throws {
        // Looked at before it is read: replaced in between, it is read again.
        let stamp = FileStamp(of: folder.keySetFile)
        guard stamp != taken else { return }
        let before = failure.flatMap { $0.stamp == stamp ? $0 : nil }
        if let before, uptime < before.until { return }
        do {
            try await adopt(try KeyRing(folder, passphrase: passphrase, now: wall))
        } catch {
            let pause = before.map { min($0.pause * 2, Self.pauses.upperBound) }
            failure = Failure(
                stamp: stamp,
                pause: pause ?? Self.pauses.lowerBound,
                until: uptime + (pause ?? Self.pauses.lowerBound)
            )
            throw error
        }
        taken = stamp
        failure = nil
    }
}
