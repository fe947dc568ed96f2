// What a reader makes of a ClientHello that comes in pieces.

import ClawgressBytes
import ClawgressForward
import ClawgressModel

/// How the reading of a hello ended.
enum HelloResult: Equatable {
    case incomplete
    case complete(ReadHello)
    case refused(Reason)
}

/// A hello that was complete.
struct ReadHello: Equatable {
    /// The name as it was sent.
    var serverName: String?
    var hasEncryptedHello = false
    /// Its length on the wire.
    var end: Int
}

/// Reads bytes that come in pieces which end at `cuts`, and then all the rest.
func readHello(
    _ bytes: [UInt8],
    cuts: some Sequence<Int> = [],
    limit: Int = 16_384
) -> HelloResult {
    var reader = ClientHelloReader()
    var out = ByteBuffer(capacity: 32_768)
    for end in Array(cuts) + [bytes.count] {
        do throws(Reason) {
            let seen = bytes.span.extracting(0..<end)
            guard let hello = try reader.read(seen, limit: limit, into: &out) else { continue }
            let name = hello.serverName.map { out.bytes.extracting($0).string() }
            return .complete(
                ReadHello(
                    serverName: name,
                    hasEncryptedHello: hello.hasEncryptedHello,
                    end: hello.end
                )
            )
        } catch {
            return .refused(error)
        }
    }
    return .incomplete
}

/// The reason for which a hello to `host` is refused, or nil.
func refusal(
    of hello: HelloBuilder,
    host: String,
    kind: HostKind = .name,
    ech: Policy.EncryptedHello = .allow
) -> Reason? {
    var reader = ClientHelloReader()
    var out = ByteBuffer(capacity: 1_024)
    let bytes = hello.bytes
    let name = Array(host.utf8)
    do throws(Reason) {
        guard let read = try reader.read(bytes.span, limit: 16_384, into: &out) else {
            return .headIncomplete
        }
        try read.check(out.bytes, host: name.span, kind: kind, ech: ech)
        return nil
    } catch {
        return error
    }
}
