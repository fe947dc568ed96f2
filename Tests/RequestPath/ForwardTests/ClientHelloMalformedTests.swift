// What is no ClientHello, or one that does not hold together: each with the reason it gets.

import ClawgressForward
import ClawgressModel
import Testing

@Suite("What is no ClientHello")
struct ClientHelloMalformedTests {
    private typealias Build = HelloBuilder

    @Test(
        "is refused at the byte that gives it away",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", 1), ("SSH-2.0-OpenSSH_9.2\r\n", 1), ("\0\0\0\0", 1),
            ("\u{16}\u{2}", 2), ("\u{16}\u{4}\u{1}", 2), ("\u{15}\u{1}", 2), ("\n", 1),
        ]
    )
    func notTLS(text: String, place: Int) {
        let bytes = Array(text.utf8)
        #expect(readHello(bytes) == .refused(.tunnelNotTLS))
        #expect(readHello(Array(bytes[..<place])) == .refused(.tunnelNotTLS))
        #expect(readHello(Array(bytes[..<(place - 1)])) == .incomplete)
    }

    @Test("is every first byte that is no type of a record")
    func firstBytes() {
        for byte in UInt8.min...UInt8.max {
            let expected: HelloResult =
                (20...24).contains(byte) ? .incomplete : .refused(.tunnelNotTLS)
            #expect(readHello([byte]) == expected)
        }
    }

    @Test("is a hello in the form of SSL 2, which has no place for a name")
    func version2() {
        let hello: [UInt8] = [0x80, 0x2E, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10, 0, 0, 0x35]
        #expect(readHello(hello) == .refused(.tunnelNotTLS))
    }

    @Test("is another record first, or between: an alert, an old cipher spec, data, a heartbeat")
    func otherRecords() {
        for type: UInt8 in [20, 21, 23, 24] {
            let record = Build.record([2, 40], type: type)
            #expect(readHello(record) == .refused(.tlsHelloMalformed))
            let message = Build.naming("a.example").message
            let between =
                Build.record(Array(message[..<10])) + record + Build.record(Array(message[10...]))
            #expect(readHello(between) == .refused(.tlsHelloMalformed))
        }
    }

    @Test("is a record without content, too long, or of a version that does not exist")
    func records() {
        let message = Build.naming("a.example").message
        let whole = Build.record(message)
        let begun = Build.record(Array(message[..<10]))
        var long = whole
        long.replaceSubrange(3...4, with: [0x40, 1])
        let others: [[UInt8]] = [
            Build.record([]) + whole, begun + Build.record([]), long,
            Build.record(message, [3, 5]), begun + Build.record(Array(message[10...]), [2, 3]),
            begun + [0x80],
        ]
        for each in others { #expect(readHello(each) == .refused(.tlsHelloMalformed)) }
    }

    @Test("is another message, or one more behind the hello in its record")
    func messages() {
        for type: UInt8 in [0, 2, 11, 255] {
            var hello = Build.naming("a.example")
            hello.messageType = type
            #expect(readHello(hello.bytes) == .refused(.tlsHelloMalformed))
        }
        let message = Build.naming("a.example").message
        let two = Build.record(message + message)
        #expect(readHello(two) == .refused(.tlsHelloMalformed))
    }

    @Test("is one whose fields do not fit")
    func fields() {
        var hello = Build.naming("a.example")
        func isMalformed(_ change: (inout HelloBuilder) -> Void) -> Bool {
            var changed = hello
            change(&changed)
            return readHello(changed.bytes) == .refused(.tlsHelloMalformed)
        }
        #expect(!isMalformed { _ in })
        #expect(isMalformed { $0.version = [2, 3] })
        #expect(isMalformed { $0.sessionID = [UInt8](repeating: 0, count: 33) })
        #expect(isMalformed { $0.ciphers = [] })
        #expect(isMalformed { $0.ciphers = [0x13, 1, 0x13] })
        #expect(isMalformed { $0.compressions = [] })
        #expect(isMalformed { $0.extensions = [[0, 0]] })
        #expect(isMalformed { $0.extensions = [[0, 16, 0, 5, 1]] })
        hello.extensions = nil
        #expect(!isMalformed { _ in })
        #expect(isMalformed { $0.random = [1] })
        let empty: [UInt8] = [1, 0, 0, 0]
        #expect(readHello(Build.record(empty)) == .refused(.tlsHelloMalformed))
        // The extensions say that they are longer, or shorter, than what is left.
        for difference in [-1, 1] {
            var bytes = Build.naming("a.example").bytes
            let count = Build.naming("a.example").extensions?.joined().count ?? 0
            let place = bytes.count - count - 1
            bytes[place] = UInt8(Int(bytes[place]) + difference)
            #expect(readHello(bytes) == .refused(.tlsHelloMalformed))
        }
    }
}
