// One connection of the load generator: what it sends next and how far its answer is.

import CLinux
import Glibc

/// A client connection that asks one request at a time.
final class Client {
    enum Step {
        /// Nothing finished yet.
        case waiting
        /// The tunnel is open.
        case opened
        /// An answer is complete.
        case answered
        /// The connection is of no use any more.
        case failed
    }

    let number: Int
    let descriptor: Int32
    /// When the request in flight was (or should have been) sent.
    var began: UInt64
    /// Whether a request is in flight.
    private(set) var isBusy = false
    /// Body bytes read so far, over all answers.
    private(set) var bodyBytes = 0
    private var reader = AnswerReader()
    private var pending: [UInt8] = []
    private var isOpeningTunnel = false

    /// Connects; nil where the kernel refuses.
    init?(_ workload: Workload, number: Int, now: UInt64) {
        guard let descriptor = Sockets.dial(workload.peer) else { return nil }
        self.descriptor = descriptor
        self.number = number
        began = now
    }

    deinit { close(descriptor) }

    /// Asks for a tunnel.
    func openTunnel(_ request: [UInt8]) {
        isOpeningTunnel = true
        send(request)
    }

    /// Asks a request; `began` is the caller's to set.
    func send(_ request: [UInt8]) {
        isBusy = true
        pending = request
        flush()
    }

    /// Sends what is left of the request; what cannot be sent now goes when the socket is ready.
    func flush() {
        guard !pending.isEmpty else { return }
        if case .bytes(let count) = pending.withUnsafeBytes({ Sockets.write(descriptor, $0) }) {
            // The usual case, all of it, must not copy an array that others hold too.
            if count == pending.count { pending = [] } else { pending.removeFirst(count) }
        }
    }

    /// Reads what came.
    func receive(_ room: UnsafeMutableRawBufferPointer) -> Step {
        flush()
        while true {
            if reader.isInBody {
                switch Sockets.discard(descriptor, min(reader.bodyLeft, 1 << 20)) {
                case .bytes(let count):
                    bodyBytes += count
                    if reader.dropped(count) { return finish() }
                case .wouldBlock: return .waiting
                case .ended: return .failed
                }
                continue
            }
            switch Sockets.read(descriptor, into: room) {
            case .bytes(let count):
                let bytes = UnsafeRawBufferPointer(start: room.baseAddress, count: count)
                switch reader.take(bytes, bodyless: isOpeningTunnel) {
                case .more: continue
                case .broken: return .failed
                case .complete(let used): return used == count ? finish() : .failed
                }
            case .wouldBlock: return .waiting
            case .ended: return .failed
            }
        }
    }

    private func finish() -> Step {
        isBusy = false
        guard reader.status == 200 else { return .failed }
        if isOpeningTunnel {
            isOpeningTunnel = false
            return .opened
        }
        return .answered
    }
}
