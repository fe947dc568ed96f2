// The configuration file: what it may leave out, what it must say, and which sentence answers
// each mistake.

import ClawgressGateway
import Testing
import Yams

@Suite("Gateway configuration")
struct GatewayConfigurationTests {
    /// The shortest file that is accepted, with some of its lines replaced or added.
    private func text(_ changes: [String: String?] = [:]) -> String {
        var lines: [String: String?] = [
            "gateway_id": "gw-1", "trusted_keys": "[signing-key.pub.jwk]",
            "spool": "{folder: /spool}",
        ]
        lines.merge(changes) { $1 }
        return lines.compactMap { key, value in value.map { "\(key): \($0)\n" } }.joined()
    }

    private func read(_ changes: [String: String?] = [:]) throws -> GatewayConfiguration {
        try YAMLDecoder().decode(GatewayConfiguration.self, from: text(changes))
    }

    @Test("fills in the defaults")
    func defaults() throws {
        let read = try read()
        #expect(read.problems() == [])
        #expect(read.gatewayID == "gw-1")
        #expect(read.trustedKeys == ["signing-key.pub.jwk"])
        #expect(read.listeners == ["127.0.0.1:3128"])
        #expect(read.admin == "127.0.0.1:9901")
        #expect(read.workers == 0)
        #expect(read.bundleFolder == "/etc/clawgress/bundle")
        #expect(read.stateFolder == "/var/lib/clawgress/gateway")
        #expect(read.spool.folder == "/spool")
        #expect(read.spool.segmentBytes == 8_388_608)
        #expect(read.spool.bytesMax == 4_294_967_296)
        #expect(read.spool.durability == .process)
        #expect(read.resolverServers == [])
        #expect(read.readyFile == nil)
        #expect(!read.allowRoot && !read.allowFailpoints && read.controlPlane == nil)
        #expect("\(read.logLevel)" == "info")
    }

    @Test("reads every key")
    func everyKey() throws {
        let read = try read([
            "listeners": "[\"192.0.2.1:3128\", \"[::1]:0\"]", "admin": "\"[::1]:0\"",
            "workers": "4", "bundle_folder": "/b", "trusted_keys": "[/k1, /k2]",
            "state_folder": "/s",
            "spool": "{folder: /p, segment_bytes: 65536, bytes_max: 262144, durability: power}",
            "resolver": "{servers: [\"127.0.0.1:5353\"]}", "ready_file": "/r",
            "allow_root": "true", "allow_failpoints": "true", "log_level": "warning",
        ])
        #expect(read.problems() == [])
        #expect(read.listeners == ["192.0.2.1:3128", "[::1]:0"])
        #expect(read.admin == "[::1]:0")
        #expect(read.workers == 4)
        #expect(read.bundleFolder == "/b")
        #expect(read.trustedKeys == ["/k1", "/k2"])
        #expect(read.stateFolder == "/s")
        #expect(read.spool.segmentBytes == 65_536)
        #expect(read.spool.bytesMax == 262_144)
        #expect(read.spool.durability == .power)
        #expect(read.resolverServers == ["127.0.0.1:5353"])
        #expect(read.readyFile == "/r")
        #expect(read.allowRoot && read.allowFailpoints)
        #expect("\(read.logLevel)" == "warning")
    }

    @Test(
        "names a required key that is missing",
        arguments: ["gateway_id", "trusted_keys", "spool"]
    )
    func missing(key: String) throws {
        let error = try #require(throws: DecodingError.self) { try read([key: nil]) }
        guard case .keyNotFound(let named, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(named.stringValue == key)
    }

    @Test("a spool needs a folder")
    func spoolFolder() throws {
        let error = try #require(throws: DecodingError.self) {
            try read(["spool": "{bytes_max: 1}"])
        }
        guard case .keyNotFound(let named, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(named.stringValue == "folder")
    }

    @Test("refuses an unknown key and names the known ones")
    func unknownKey() throws {
        #expect(
            try refusal(["listener": "127.0.0.1:3128"])
                == "unknown key `listener`; known are `admin`, `alerts`, `allow_failpoints`, "
                + "`allow_root`, `audit`, `bundle_folder`, `control_plane`, `gateway_id`, "
                + "`listeners`, `log_level`, `ready_file`, `resolver`, `spool`, "
                + "`state_folder`, `trusted_keys`, `workers`"
        )
        #expect(
            try refusal(["spool": "{folder: /p, max_bytes: 1}"])
                == "unknown key `max_bytes`; known are `bytes_max`, `durability`, "
                + "`folder`, `segment_bytes`"
        )
        #expect(
            try refusal(["resolver": "{server: \"127.0.0.1:53\"}"])
                == "unknown key `server`; known are `servers`"
        )
    }

    @Test("sizes beyond all measure are a problem and no crash")
    func hugeSizes() throws {
        let huge = "{folder: /p, segment_bytes: \(Int.max - 4_095), bytes_max: \(Int.max)}"
        #expect(try read(["spool": huge]).problems().count == 2)
        let negative = "{folder: /p, segment_bytes: -4096, bytes_max: \(Int.min)}"
        #expect(try read(["spool": negative]).problems().count == 2)
    }

    private func refusal(_ changes: [String: String?]) throws -> String? {
        let error = try #require(throws: DecodingError.self) { try read(changes) }
        guard case .dataCorrupted(let context) = error else { return "\(error)" }
        return context.debugDescription
    }

    @Test(
        "refuses values of another type",
        arguments: [
            ("workers", "many"), ("workers", "1.5"), ("listeners", "\"127.0.0.1:3128\""),
            ("spool", "/spool"), ("allow_root", "perhaps"), ("log_level", "loud"),
            ("trusted_keys", "{}"),
        ]
    )
    func types(key: String, value: String) {
        #expect(throws: DecodingError.self) { try read([key: value]) }
    }

    /// A mistake, and the sentence that answers it.
    struct Mistake: CustomTestStringConvertible {
        let key: String
        let value: String
        let sentence: String
        var testDescription: String { "\(key): \(value)" }
    }

    private static let mistakes: [Mistake] = [
        (
            "gateway_id", "Gateway 1",
            "`gateway_id` must be lower-case letters, digits, `.`, `_` or `-`"
        ),
        ("gateway_id", "\"\"", "`gateway_id` must be lower-case letters, digits, `.`, `_` or `-`"),
        ("listeners", "[]", "`listeners` is empty; name one, such as `127.0.0.1:3128`"),
        ("listeners", "[\"127.0.0.1:3128\", \":3128\"]", "listener `:3128` is no `address:port`"),
        ("listeners", "[\"localhost:3128\"]", "listener `localhost:3128` is no `address:port`"),
        ("admin", "9901", "`admin` value `9901` is no `address:port`"),
        ("workers", "-1", "`workers` must be 0 to 64"),
        ("workers", "65", "`workers` must be 0 to 64"),
        ("trusted_keys", "[]", "`trusted_keys` is empty: no bundle could be believed"),
        (
            "resolver", "{servers: [\"192.0.2.53:53\", \"192.0.2.53\"]}",
            "name server `192.0.2.53` is no `address:port`; write `192.0.2.53:53`"
        ),
        (
            "spool", "{folder: /p, segment_bytes: 61440}",
            "`spool.segment_bytes` must be a multiple of 4096 from 65536 to 67108864"
        ),
        (
            "spool", "{folder: /p, segment_bytes: 65537}",
            "`spool.segment_bytes` must be a multiple of 4096 from 65536 to 67108864"
        ),
        (
            "spool", "{folder: /p, segment_bytes: 67112960}",
            "`spool.segment_bytes` must be a multiple of 4096 from 65536 to 67108864"
        ),
        (
            "spool", "{folder: /p, segment_bytes: 65536, bytes_max: 262143}",
            "`spool.bytes_max` must hold at least four segments"
        ),
    ].map { Mistake(key: $0.0, value: $0.1, sentence: $0.2) }

    @Test("answers each mistake with its own sentence", arguments: mistakes)
    func mistake(_ mistake: Mistake) throws {
        #expect(try read([mistake.key: mistake.value]).problems() == [mistake.sentence])
    }

    @Test(
        "refuses an admin address that others can reach",
        arguments: [
            "0.0.0.0:9901", "[::]:9901", "192.0.2.1:9901", "10.0.0.1:9901", "[fe80::1]:9901",
        ]
    )
    func adminIsLoopback(endpoint: String) throws {
        #expect(
            try read(["admin": "\"\(endpoint)\""]).problems()
                == ["`admin` must be a loopback address: it has no authentication"]
        )
    }

    @Test(
        "accepts the ends of each range",
        arguments: [
            ("workers", "64"), ("admin", "127.9.9.9:65535"), ("gateway_id", "a"),
            ("gateway_id", "a.b_c-9"),
            ("spool", "{folder: /p, segment_bytes: 65536, bytes_max: 262144}"),
            ("spool", "{folder: /p, segment_bytes: 67108864, bytes_max: 268435456}"),
            ("resolver", "{}"), ("resolver", "{servers: [\"[2001:db8::53]:53\"]}"),
        ]
    )
    func ends(key: String, value: String) throws {
        #expect(try read([key: value]).problems() == [])
    }

    @Test("tells all problems at once")
    func allAtOnce() throws {
        let problems = try read([
            "gateway_id": "_", "listeners": "[a, b]", "admin": "c", "workers": "99",
            "trusted_keys": "[]", "spool": "{folder: /p, segment_bytes: 1, bytes_max: 1}",
        ]).problems()
        #expect(problems.count == 8)
    }
}
