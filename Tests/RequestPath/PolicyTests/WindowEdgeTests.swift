// When a verdict may change by itself: held against the verdicts of every minute, so that no
// change comes without an edge that announces it.

import ClawgressModel
import ClawgressPolicy
import TestKit
import Testing

@Suite("Edges of time windows")
struct WindowEdgeTests {
    /// 2026-11-23, a Monday, at midnight UTC.
    private static let monday: Int64 = 1_795_392_000
    private static let day: Int64 = 86_400

    private static func index(_ windows: [TimeWindow], enabled: Bool = true) throws -> PolicyIndex {
        let policies = windows.enumerated().map { number, window in
            Policy(
                policyID: "window-\(number)",
                enabled: enabled,
                action: .allow,
                match: PolicyMatch(destination: ["h\(number).example.com"], time: window)
            )
        }
        return try PolicySet(policies: policies).compile()
    }

    private static func verdicts(
        _ index: PolicyIndex,
        _ requests: [TestRequest],
        _ now: Int64
    ) -> [Bool] {
        requests.map { request in
            var request = request
            request.now = now
            return request.withQuery(0) { index.decide($0).isAllowed }
        }
    }

    @Test(
        "is the next begin or end, the one now not counted",
        arguments: [
            // From, to, days; seconds after Monday's midnight of now and of the edge.
            ("08:00", "18:00", nil, 0, 8 * 3_600), ("08:00", "18:00", nil, 8 * 3_600, 18 * 3_600),
            ("08:00", "18:00", nil, 8 * 3_600 - 1, 8 * 3_600),
            ("08:00", "18:00", nil, 18 * 3_600, 32 * 3_600),
            ("22:00", "06:00", nil, 0, 6 * 3_600), ("22:00", "06:00", nil, 7 * 3_600, 22 * 3_600),
            ("22:00", "06:00", nil, 23 * 3_600, 30 * 3_600),
            ("08:00", "18:00", ["mon"], 18 * 3_600, 7 * 86_400 + 8 * 3_600),
            ("22:00", "06:00", ["sun"], 0, 6 * 3_600),
            ("22:00", "06:00", ["sun"], 6 * 3_600, 6 * 86_400 + 22 * 3_600),
            ("00:00", "24:00", ["tue"], 0, 86_400), ("00:00", "24:00", ["tue"], 86_400, 2 * 86_400),
        ] as [(String, String, [String]?, Int64, Int64)]
    )
    func edges(from: String, to: String, days: [String]?, now: Int64, edge: Int64) throws {
        for (zone, ahead) in [("UTC", 0), ("+05:30", 19_800), ("-14:00", -50_400)] {
            let index = try Self.index([TimeWindow(days: days, from: from, to: to, zone: zone)])
            let start = Self.monday - Int64(ahead)
            #expect(index.nextWindowEdge(after: start + now) == start + edge, "\(zone)")
        }
    }

    @Test("is none without windows, and the earliest of several")
    func several() throws {
        let bare = Policy(policyID: "a", action: .allow, match: PolicyMatch(destination: ["a.b"]))
        #expect(try PolicySet(policies: [bare]).compile().nextWindowEdge(after: 0) == nil)
        let index = try Self.index([
            TimeWindow(from: "09:00", to: "10:00"), TimeWindow(from: "07:00", to: "23:00"),
        ])
        let hours = [0, 7, 9, 10, 23, 31].map { Self.monday + Int64($0) * 3_600 }
        for (now, edge) in zip(hours, hours.dropFirst()) {
            #expect(index.nextWindowEdge(after: now) == edge)
        }
    }

    @Test("no verdict changes between two edges", arguments: UInt64(0)..<12)
    func announced(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        func time() -> String {
            let minutes = Int.random(in: 0..<1_440, using: &random)
            let (hours, rest) = minutes.quotientAndRemainder(dividingBy: 60)
            return (hours < 10 ? "0" : "") + "\(hours):" + (rest < 10 ? "0" : "") + "\(rest)"
        }
        let windows = (0..<3).map { _ in
            TimeWindow(
                days: Bool.random(using: &random)
                    ? nil : Array(names.shuffled(using: &random).prefix(2)),
                from: time(),
                to: time(),
                zone: ["UTC", "+05:30", "-08:00"].randomElement(using: &random) ?? "UTC"
            )
        }
        let index = try Self.index(windows)
        let requests = try windows.indices.map {
            try TestRequest(agent: "crawler", method: "GET", url: "http://h\($0).example.com/")
        }
        var now = Self.monday
        while now < Self.monday + 8 * Self.day {
            let edge = try #require(index.nextWindowEdge(after: now))
            #expect(edge > now && edge <= now + 7 * Self.day)
            let before = Self.verdicts(index, requests, now)
            for minute in stride(from: now, to: edge, by: 60) {
                #expect(Self.verdicts(index, requests, minute) == before)
            }
            #expect(Self.verdicts(index, requests, edge - 1) == before)
            now = edge
        }
    }
}
