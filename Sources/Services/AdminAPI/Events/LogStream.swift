// Passes an answer of the audit service on while it comes. Nothing of it is collected: a client that does
// not read makes the audit service wait, one that goes away ends the question there, and so does one
// that may not read the log any longer.

import ClawgressMesh
import Hummingbird
import NIOCore
import ServiceLifecycle

/// An export or a tail on its way to a client.
struct LogStream: Sendable {
    /// What is passed on.
    enum Kind: Sendable {
        /// Ends by itself; without its end it is not whole.
        case export
        /// Goes on until it is ended, and says why.
        case tail
    }

    /// Why no more comes, where that is no matter of the audit service's.
    private enum End: String, Error {
        case accessEnded = "access_ended"
        case stopping
    }

    private enum Step: Sendable {
        case came([UInt8]?)
        case time
    }

    let bytes: MeshBytes
    let kind: Kind
    let place: StreamPlaces.Place
    /// Whether the client may read the log yet.
    let mayGoOn: @Sendable () -> Bool
    /// Is told how many bytes were passed on, and whether these are all.
    let onEnd: @Sendable (_ bytes: Int, _ isWhole: Bool) -> Void

    /// How long a client whose access has ended may go on, at most.
    private static var period: Duration { .milliseconds(500) }

    /// The body of the answer to `request`.
    ///
    /// Where it cannot go on as it should, it ends without its end.
    func body(for request: Request) -> ResponseBody {
        ResponseBody { writer in
            var count = 0
            var isWhole = false
            defer {
                onEnd(count, isWhole)
                withExtendedLifetime(place) {}
            }
            // The connection ends with the answer: a request behind it would have been read as the
            // client's farewell.
            try await request.body.consumeWithCancellationOnInboundClose { rest in
                // Its source must have seen the end of the request before it goes.
                for try await _ in rest {}
                do {
                    try await pass(to: &writer, &count)
                } catch let end as End where kind == .tail {
                    let text = "event: end\ndata: {\"reason\":\"\(end.rawValue)\"}\n\n"
                    try await writer.write(ByteBuffer(string: text))
                }
                isWhole = true
                try await writer.finish(nil)
            }
        }
    }

    private func pass(to writer: inout any ResponseBodyWriter, _ count: inout Int) async throws {
        var whole = WholeEvents()
        try await withThrowingTaskGroup(of: Step.self) { group in
            defer { group.cancelAll() }
            group.addTask { .came(try await bytes.next()) }
            group.addTask { try await Self.wait() }
            var lookedAt = ContinuousClock.now
            while let step = try await group.next() {
                // Also after a client that did not read for a while, and before anything more.
                if ContinuousClock.now - lookedAt >= Self.period {
                    lookedAt = .now
                    guard mayGoOn() else { throw End.accessEnded }
                    if Task.isShuttingDownGracefully { throw End.stopping }
                }
                switch step {
                case .time: group.addTask { try await Self.wait() }
                case .came(nil):
                    guard whole.isAtEnd || kind == .export else { throw MeshError.connectionClosed }
                    return
                case .came(let some?):
                    let ready = kind == .export ? some : try whole.take(some)
                    if !ready.isEmpty { try await writer.write(ByteBuffer(bytes: ready)) }
                    count += ready.count
                    group.addTask { .came(try await bytes.next()) }
                }
            }
        }
    }

    private static func wait() async throws -> Step {
        try await Task.sleep(for: period)
        return .time
    }
}

/// Cuts server-sent events behind their empty lines, so that the last one is never a part of one.
struct WholeEvents {
    private var rest: [UInt8] = []

    /// Many times the longest event: a record has 16 KiB, and six bytes for each at most.
    private static var bytesMax: Int { 1 << 20 }

    /// Whether nothing of an event is left.
    var isAtEnd: Bool { rest.isEmpty }

    /// All events that are complete now.
    ///
    /// - Throws: `MeshError.tooLong` for one without end.
    mutating func take(_ more: [UInt8]) throws(MeshError) -> [UInt8] {
        let feed = UInt8(ascii: "\n")
        rest += more
        let end = rest.indices.dropFirst().last { rest[$0] == feed && rest[$0 - 1] == feed }
        guard let end else {
            guard rest.count <= Self.bytesMax else { throw .tooLong(limit: Self.bytesMax) }
            return []
        }
        let whole = Array(rest[...end])
        rest.removeSubrange(...end)
        return whole
    }
}
