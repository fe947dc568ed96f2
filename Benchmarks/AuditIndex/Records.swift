// Records as gateways write them, as many as are wanted: few agents and policies, many hosts, one
// denial in fifty, and times that go on. The text is made again for each, because reading it is part
// of what is measured.

/// Makes one record after the other.
struct Records {
    /// How many agents there are; the first one makes half of the traffic.
    static let agents = 200
    /// How many different hosts there are.
    static let hosts = 100_000
    /// The first record's time, in microseconds since 1970 UTC: 2026-01-01.
    static let start: Int64 = 1_767_225_600_000_000

    /// Microseconds from one record to the next.
    let step: Int64
    private var state: UInt64 = 1

    init(step: Int64) {
        self.step = step
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    private mutating func random(_ below: UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return (word ^ (word >> 31)) % below
    }

    /// The record of that number, and its time.
    mutating func next(_ number: Int64) -> (text: [UInt8], time: Int64) {
        let time = Self.start + number * step
        let agent = random(2) == 0 ? 0 : random(UInt64(Self.agents))
        let isDenied = random(50) == 0
        let host = random(random(8) == 0 ? UInt64(Self.hosts) : 500)
        let policy = isDenied ? "default-deny" : "allow-\(agent % 40)"
        let decision = isDenied ? "deny" : "allow"
        let text =
            "{\"agent_id\":\"agent-\(agent)\",\"allowed_by\":null,\"attempts\":1,"
            + "\"auth_type\":\"api_key\",\"boot_id\":\"00112233445566778899aabbccddeeff\","
            + "\"bundle_revision\":\"sha256:5a0c7a1f\",\"bundle_serial\":7,\"bytes_in\":5120,"
            + "\"bytes_out\":812,\"claimed_agent_id\":null,\"client_address\":\"10.1.2.3\","
            + "\"client_port\":40112,\"decision\":\"\(decision)\",\"destination_host\":"
            + "\"h\(host).site\(host % 900).example\",\"destination_port\":443,"
            + "\"duration_ms\":12,\"environment\":\"prod\",\"event_version\":4,"
            + "\"gateway_id\":\"gw-\(number % 3)\",\"http_method\":\"GET\",\"latency_ms\":3.25,"
            + "\"outcome\":\"completed\",\"path\":\"/v1/things/\(number)\",\"policy_id\":"
            + "\"\(policy)\",\"project_id\":\"p\(agent % 20)\",\"protocol\":\"http\","
            + "\"reason\":\"\(isDenied ? "default_deny" : "policy_allowed")\",\"request_id\":"
            + "\"\(Self.id(number))\",\"sequence\":\(number + 1),\"status\":"
            + "\(isDenied ? 403 : 200),\"team_id\":\"t\(agent % 10)\",\"timestamp\":"
            + "\"\(Stamp.text(time))\",\"worker\":0}"
        return (Array(text.utf8), time)
    }

    private static func id(_ number: Int64) -> String {
        let digits = String(number, radix: 16)
        let padded = String(repeating: "0", count: 12 - digits.count) + digits
        return "019b7000-\(padded.prefix(4))-7000-8000-\(padded)"
    }
}
