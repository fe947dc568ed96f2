// A sink that is the machine's journal. A message that its socket took is its own; there is no word
// of it being on the disk. A record is at most 16 KiB, so it always fits into one datagram, and needs
// none of the ways around that the protocol has for greater ones.

import ClawgressBytes
import ClawgressJWS
import Synchronization

/// An open way to the journal.
private final class JournalSocket: Sendable {
    private let socket: DatagramSocket

    init(_ settings: JournaldSettings) throws(FileError) {
        socket = try DatagramSocket(path: settings.socket, milliseconds: settings.timeout)
    }

    func send(_ batch: SinkBatch) throws(FileError) {
        for record in batch.records { try socket.send(JournalMessage.bytes(record)) }
    }
}

/// Sends to the journal.
final class JournaldOutlet: SinkOutlet {
    private let settings: JournaldSettings
    private let threads: SinkThreads
    private let socket = Mutex<JournalSocket?>(nil)

    init(_ settings: JournaldSettings, threads: SinkThreads) {
        self.settings = settings
        self.threads = threads
    }

    func open(mark: JSONValue?) async throws(SinkProblem) -> Int? { nil }

    func take(_ batch: SinkBatch) async throws(SinkProblem) -> JSONValue? {
        try await threads.run { () throws(SinkProblem) in
            do throws(FileError) {
                try self.send(batch)
            } catch {
                self.socket.withLock { $0 = nil }
                throw SinkProblem("the journal took not all: \(error)")
            }
        }
        return nil
    }

    private func send(_ batch: SinkBatch) throws(FileError) {
        try socket.withLock { socket throws(FileError) in
            if socket == nil { socket = try JournalSocket(settings) }
            try socket?.send(batch)
        }
    }

    func look() async throws(SinkProblem) {}

    func close() async { socket.withLock { $0 = nil } }
}
