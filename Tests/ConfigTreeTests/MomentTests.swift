// Moments as text.

import ClawgressConfigTree
import Foundation
import TestKit
import Testing

@Suite("Moments")
struct MomentTests {
    @Test("agrees with the system's calendar, and comes back", arguments: UInt64(0)..<20)
    func calendar(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            let seconds = Int64.random(in: Moment.range, using: &random)
            let text = try #require(Moment.text(seconds))
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(text == date.formatted(.iso8601))
            #expect(Moment.seconds(text) == seconds)
        }
    }

    @Test(
        "refuses what is no moment",
        arguments: [
            "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
            "2016-12-31T23:59:60Z", "1969-12-31T23:59:59Z", "2026-01-01T00:00:00+00:00",
            "2026-01-01 00:00:00Z", "2026-1-1T0:0:0Z", "",
        ]
    )
    func refused(text: String) {
        #expect(Moment.seconds(text) == nil)
    }

    @Test("has no text outside of its range")
    func range() {
        #expect(Moment.text(-1) == nil)
        #expect(Moment.text(Moment.range.upperBound + 1) == nil)
        #expect(Moment.text(0) == "1970-01-01T00:00:00Z")
        #expect(Moment.text(Moment.range.upperBound) == "9999-12-31T23:59:59Z")
    }
}
