// What the service does as time passes: it pings, looks at deadlines, keeps signs of life, and
// looks for new keys.

import ClawgressBytes
import ClawgressSealing
import Logging
import ServiceLifecycle

/// The ticks of the service.
struct PolicyTicks: Service {
    let plane: PolicyPlane
    let keys: KeyWatch
    let pingEvery: Int64
    let clock: PolicyClock
    let logger: Logger

    /// How often a deadline is looked at, in milliseconds.
    private static var tick: Int64 { 250 }
    /// How often signs of life are written down, in milliseconds.
    private static var signsEvery: Int64 { 5_000 }

    func run() async throws {
        try? await cancelWhenGracefulShutdown { try await tickForever() }
        // The server waits for open answers, and a stream is one.
        await plane.stopStreams()
    }

    private func tickForever() async throws {
        var (pinged, kept) = (clock.uptime(), clock.uptime())
        var watch = keys
        while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(Self.tick))
            await plane.lookAtDeadline()
            let now = clock.uptime()
            if now - kept >= Self.signsEvery {
                kept = now
                await plane.keepSignsOfLife()
            }
            guard now - pinged >= pingEvery else { continue }
            pinged = now
            await plane.ping()
            await lookAtKeys(&watch)
        }
    }

    private func lookAtKeys(_ watch: inout KeyWatch) async {
        do {
            if let ring = try watch.changed(now: clock.wall()) { try await plane.adopt(ring) }
        } catch {
            logger.error("the new keys are not used", metadata: ["problem": "\(error)"])
        }
    }
}

/// Notices that the key set's file was replaced.
struct KeyWatch {
    private let folder: KeyFolder
    private let passphrase: Passphrase
    private var stamp: FileStamp?

    init(folder: KeyFolder, passphrase: Passphrase) {
        self.folder = folder
        self.passphrase = passphrase
    }

    /// The keys, if their file is another one than at the last look.
    mutating func changed(now: Int64) throws(KeyFolderError) -> KeyRing? {
        let stamp = FileStamp(of: folder.keySetFile)
        guard stamp != self.stamp else { return nil }
        self.stamp = stamp
        return try KeyRing(folder, passphrase: passphrase, now: now)
    }
}
