// The layout of UUID version 7 (RFC 9562 section 5.7).

import ClawgressBytes
import ClawgressModel
import Testing

@Suite("Request ids")
struct RequestIDTests {
    private func text(_ id: RequestID) -> String {
        var out = ByteBuffer(capacity: 64)
        id.write(to: &out)
        return out.bytes.string()
    }

    @Test("writes the example of the RFC")
    func example() {
        // RFC 9562 appendix A.6: 2022-02-22 19:22:22 UTC, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
        let id = RequestID(
            milliseconds: 1_645_557_742_000,
            random: (0xCC3, 0x18C4_DC0C_0C07_398F)
        )
        #expect(text(id) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test("sets version and variant whatever the random bits are")
    func fixedBits() {
        let ones = text(RequestID(milliseconds: 0, random: (.max, .max)))
        #expect(ones == "00000000-0000-7fff-bfff-ffffffffffff")
        let zeros = text(RequestID(milliseconds: 0, random: (0, 0)))
        #expect(zeros == "00000000-0000-7000-8000-000000000000")
    }

    @Test("sorts by time")
    func order() {
        let early = text(RequestID(milliseconds: 1_700_000_000_000, random: (.max, .max)))
        let late = text(RequestID(milliseconds: 1_700_000_000_001, random: (0, 0)))
        #expect(early < late)
    }

    @Test("is rebuilt from its halves")
    func halves() {
        let id = RequestID(milliseconds: 5, random: (6, 7))
        #expect(RequestID(high: id.high, low: id.low) == id)
    }
}
