// One hello, one meaning: however it is cut into reads or records, and whoever reads it.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import FuzzShared

/// What was read of a complete hello.
struct HelloReading: Equatable {
    var serverName: [UInt8]?
    var hasEncryptedHello: Bool
}

enum HelloCheck {
    /// The product's default, and one that inputs of a few hundred bytes reach.
    private static let limits = [16_384, 200]

    private enum Verdict: Equatable {
        case hello(HelloReading, end: Int)
        case refused(Reason)
    }

    static func check(_ bytes: [UInt8]) {
        for limit in limits { checkFeeding(bytes, limit) }
        guard case .hello(let reading, let end) = read(bytes, limits[0]) else { return }
        require(end <= bytes.count, "a hello that is longer than what came")
        require(read(Array(bytes[..<end]), limits[0]) != nil, "it needs bytes behind its end")
        guard let plain = PlainHello(Array(bytes[..<end])) else {
            return require(false, "accepted, but not read by a plain reader")
        }
        require(plain.reading == reading, "a plain reader reads \(plain.reading), not \(reading)")
        checkRecords(plain, reading)
        checkName(bytes, reading)
    }

    private static func checkFeeding(_ bytes: [UInt8], _ limit: Int) {
        var reader = ClientHelloReader()
        let areSame = { (early: Verdict, late: Verdict) in early == late }
        requireSameWhenFed(bytes, areSame: areSame) { seen, from in
            // A scan from the front is another client's.
            if from == 0 { reader = ClientHelloReader() }
            return (verdict(&reader, seen, limit), seen.count)
        }
    }

    private static func read(_ bytes: [UInt8], _ limit: Int) -> Verdict? {
        var reader = ClientHelloReader()
        return verdict(&reader, bytes.span, limit)
    }

    private static func verdict(
        _ reader: inout ClientHelloReader,
        _ bytes: Span<UInt8>,
        _ limit: Int
    ) -> Verdict? {
        var out = ByteBuffer(capacity: 32_768)
        do throws(Reason) {
            guard let hello = try reader.read(bytes, limit: limit, into: &out) else { return nil }
            require(hello.end <= limit, "a hello that is longer than the limit")
            let name = hello.serverName.map { out.bytes.extracting($0).array() }
            return .hello(
                HelloReading(serverName: name, hasEncryptedHello: hello.hasEncryptedHello),
                end: hello.end
            )
        } catch {
            return .refused(error)
        }
    }

    /// The same message with a record for every few bytes.
    private static func checkRecords(_ plain: PlainHello, _ reading: HelloReading) {
        for size in [1, 7, 1_000] {
            let again = read(plain.bytes(recordsOf: size), 1 << 20)
            guard case .hello(reading, end: _) = again else {
                return require(false, "in records of \(size): \(String(describing: again))")
            }
        }
    }

    /// Only the tunnel's own name passes, and no name where the tunnel goes to an address.
    private static func checkName(_ bytes: [UInt8], _ reading: HelloReading) {
        let name = reading.serverName
        let host = (name ?? []).map(ASCII.lowercased)
        let expected: Reason? = name == nil ? .sniMissing : nil
        require(refusal(bytes, host, .name, .allow) == expected, "the tunnel's own name")
        require(
            refusal(bytes, host + [UInt8(ascii: "x")], .name, .allow)
                == (name == nil ? .sniMissing : .sniMismatch),
            "a longer name passes"
        )
        require(
            refusal(bytes, Array("192.0.2.1".utf8), .address, .allow)
                == (name == nil ? nil : .sniUnexpected),
            "a name passes in a tunnel to an address"
        )
        let isRefused = refusal(bytes, host, .name, .refuse) == .echRefused
        require(isRefused == reading.hasEncryptedHello, "the rule for encrypted hellos")
    }

    private static func refusal(
        _ bytes: [UInt8],
        _ host: [UInt8],
        _ kind: HostKind,
        _ ech: Policy.EncryptedHello
    ) -> Reason? {
        var reader = ClientHelloReader()
        var out = ByteBuffer(capacity: 32_768)
        do throws(Reason) {
            let hello = try reader.read(bytes.span, limit: limits[0], into: &out)
            try hello?.check(out.bytes, host: host.span, kind: kind, ech: ech)
            return nil
        } catch {
            return error
        }
    }
}
