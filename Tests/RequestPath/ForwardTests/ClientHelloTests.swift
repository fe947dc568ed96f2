// What a ClientHello says, and whether it fits the tunnel that it opens.

import ClawgressForward
import ClawgressModel
import Testing

@Suite("ClientHello")
struct ClientHelloTests {
    private typealias Build = HelloBuilder

    @Test("tells the name as it was sent, and where the hello ends")
    func name() {
        let bytes = Build.naming("Files.example.com").bytes
        let read = ReadHello(serverName: "Files.example.com", end: bytes.count)
        #expect(readHello(bytes) == .complete(read))
        let early = bytes + Build.record([1, 2, 3], type: 23)
        #expect(readHello(early) == .complete(read), "early data is none of its business")
    }

    @Test("is read in the forms that clients have sent since 1999")
    func forms() {
        var hello = Build()
        hello.extensions = nil
        hello.sessionID = []
        hello.version = [3, 1]
        #expect(readHello(hello.bytes) == .complete(ReadHello(end: hello.bytes.count)))
        hello.extensions = []
        #expect(readHello(hello.bytes) == .complete(ReadHello(end: hello.bytes.count)))
        hello = .naming("a.example")
        hello.recordVersion = [3, 3]
        #expect(
            readHello(hello.bytes)
                == .complete(ReadHello(serverName: "a.example", end: hello.bytes.count))
        )
    }

    @Test("of post-quantum size is read, in one record and in many")
    func postQuantum() {
        let hello = Build(
            Build.grease,
            Build.serverName("pq.example"),
            Build.hybridKeyShare,
            Build.encryptedHello()
        )
        for bytes in [hello.bytes, hello.bytes(recordsOf: 1_000), hello.bytes(recordsOf: 1)] {
            let read = ReadHello(
                serverName: "pq.example",
                hasEncryptedHello: true,
                end: bytes.count
            )
            #expect(bytes.count > 1_500 && readHello(bytes) == .complete(read))
        }
    }

    @Test(
        "opens a tunnel to the host that it names, whatever the case of its letters",
        arguments: [
            ("example.com", nil), ("EXAMPLE.Com", nil), ("example.com.", .sniMismatch),
            ("example.co", .sniMismatch), ("www.example.com", .sniMismatch),
            ("example.com\0", .sniMismatch), ("ex\u{e4}mple.com", .sniMismatch),
            ("192.0.2.1", .sniMismatch), ("*.example.com", .sniMismatch),
            ("example.com:443", .sniMismatch),
        ] as [(String, Reason?)]
    )
    func matches(name: String, reason: Reason?) {
        #expect(refusal(of: .naming(name), host: "example.com") == reason)
    }

    @Test("without a name opens tunnels to addresses, and no others")
    func addresses() {
        let nameless = Build(Build.supportedVersions)
        #expect(refusal(of: nameless, host: "example.com") == .sniMissing)
        #expect(refusal(of: nameless, host: "192.0.2.1", kind: .address) == nil)
        for name in ["192.0.2.1", "example.com"] {
            let found = refusal(of: .naming(name), host: "192.0.2.1", kind: .address)
            #expect(found == .sniUnexpected)
        }
    }

    @Test("with an encrypted one inside is judged by its outer name, or refused")
    func encrypted() {
        let right = Build(Build.serverName("a.example"), Build.encryptedHello(0))
        #expect(refusal(of: right, host: "a.example") == nil)
        #expect(refusal(of: right, host: "b.example") == .sniMismatch)
        #expect(refusal(of: right, host: "a.example", ech: .refuse) == .echRefused)
        #expect(refusal(of: right, host: "b.example", ech: .refuse) == .echRefused)
        #expect(refusal(of: .naming("a.example"), host: "a.example", ech: .refuse) == nil)
        let alone = Build(Build.encryptedHello())
        #expect(refusal(of: alone, host: "a.example") == .sniMissing)
    }

    @Test("that names more than one server, or none in the extension for it, is malformed")
    func ambiguous() {
        let a = Array("a.example".utf8)
        let b = Array("b.example".utf8)
        let extensions: [[UInt8]] = [
            Build.serverNames([(0, a), (0, b)]), Build.serverNames([(0, a), (0, a)]),
            Build.serverNames([(1, a)]), Build.serverNames([(0, a), (1, b)]),
            Build.serverNames([(1, b), (0, a)]), Build.serverNames([]),
            Build.serverNames([(0, [])]),
            Build.other(0, []), Build.other(0, [0]), Build.other(0, [0, 3, 0, 0, 0]),
            Build.serverName("a.example") + Build.serverName("a.example"),
            Build.serverName("a.example") + Build.grease + Build.serverName("b.example"),
        ]
        for each in extensions {
            #expect(readHello(Build(each).bytes) == .refused(.tlsHelloMalformed), "\(each)")
        }
    }
}
