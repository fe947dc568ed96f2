// Answers live as long as their name server says, within bounds of ours, and one question is
// enough for all who wait.

import ClawgressGateway
import ClawgressModel
import ClawgressReactor
import Testing

@Suite("Name cache")
struct NameCacheTests {
    private static let second: UInt64 = 1_000_000_000
    private let start: UInt64 = 500 * second
    private let host = Array("origin.example".utf8)
    private let address = IPAddress(v4: 0xC000_0201)

    private func answer(
        _ seconds: UInt32
    ) -> Result<(addresses: [IPAddress], timeToLive: UInt32), ResolutionFailure> {
        .success((addresses: [address], timeToLive: seconds))
    }

    /// How many whole seconds an answer is believed.
    private func life(
        _ result: Result<(addresses: [IPAddress], timeToLive: UInt32), ResolutionFailure>,
        _ settings: ResolverSettings = ResolverSettings()
    ) -> UInt64 {
        var cache = NameCache()
        cache.use(settings)
        _ = cache.store(host, result, now: start)
        var seconds: UInt64 = 0
        while seconds < 100_000,
            cache.fresh(host, now: start + (seconds + 1) * Self.second - 1) != nil
        {
            seconds += 1
        }
        return seconds
    }

    @Test("knows nothing of a name that was not asked for")
    func unknown() {
        let cache = NameCache()
        let known = cache.fresh(host, now: start) == nil
        #expect(known)
    }

    @Test(
        "keeps an answer for its time to live, at least 1 s and at most 300 s",
        arguments: [(0, 1), (1, 1), (2, 2), (60, 60), (300, 300), (301, 300), (UInt32.max, 300)]
            as [(UInt32, UInt64)]
    )
    func timeToLive(stated: UInt32, kept: UInt64) {
        #expect(life(answer(stated)) == kept)
    }

    @Test("keeps a failure for 3 s", arguments: [ResolutionFailure.notFound, .failed, .timedOut])
    func failures(failure: ResolutionFailure) {
        #expect(life(.failure(failure)) == 3)
    }

    @Test("keeps answers and failures within the bounds of the configuration")
    func otherBounds() {
        var settings = ResolverSettings()
        settings.keptSecondsMin = 10
        settings.keptSecondsMax = 20
        settings.failureSeconds = 7
        #expect(
            [0, 9, 10, 15, 20, 21, .max].map { life(answer($0), settings) } == [
                10, 10, 10, 15, 20, 20, 20,
            ]
        )
        #expect(life(.failure(.notFound), settings) == 7)
    }

    @Test("forgets what was answered before when the configuration of resolution changes")
    func otherSettings() {
        var cache = NameCache()
        let waited = Array("waited.example".utf8)
        _ = cache.store(host, answer(60), now: start)
        let mustAsk = cache.wait(waited, 7, now: start)
        #expect(mustAsk)
        cache.use(ResolverSettings())
        var known = cache.fresh(host, now: start) != nil
        #expect(known)
        cache.use(ResolverSettings(servers: ["192.0.2.53"]))
        known = cache.fresh(host, now: start) != nil
        #expect(!known)
        // Who waits still gets the answer.
        let served = cache.store(waited, answer(60), now: start)
        #expect(served == [7])
    }

    @Test("gives back the addresses and the failure that were stored")
    func values() throws {
        var cache = NameCache()
        _ = cache.store(host, answer(60), now: start)
        let found = cache.fresh(host, now: start)
        #expect(try found?.get() == [address])
        _ = cache.store(host, .failure(.notFound), now: start)
        let failed = cache.fresh(host, now: start)
        #expect(throws: ResolutionFailure.notFound) { try failed?.get() }
    }

    @Test("asks once for all who wait, and hands each waiter out once, in order")
    func waiters() {
        var cache = NameCache()
        let asks = [11, 12, 13].map { cache.wait(host, $0, now: start) }
        #expect(asks == [true, false, false])
        let other = cache.wait(Array("other.example".utf8), 21, now: start)
        #expect(other)
        let woken = cache.store(host, answer(60), now: start + 1)
        #expect(woken == [11, 12, 13])
        let again = cache.store(host, answer(60), now: start + 2)
        #expect(again == [])
    }

    @Test("asks again when the answer has expired")
    func expired() {
        var cache = NameCache()
        _ = cache.store(host, answer(10), now: start)
        let later = start + 10 * Self.second
        let isExpired = cache.fresh(host, now: later) == nil
        #expect(isExpired)
        let asks = cache.wait(host, 1, now: later)
        #expect(asks)
    }

    @Test("makes room by dropping what has expired first")
    func dropsExpired() {
        var cache = NameCache()
        fill(&cache, 0..<(NameCache.namesMax / 2), seconds: 1)
        fill(&cache, (NameCache.namesMax / 2)..<NameCache.namesMax, seconds: 300)
        let later = start + 2 * Self.second
        _ = cache.wait(host, 1, now: later)
        let kept = (0..<NameCache.namesMax).count { cache.fresh(Self.name($0), now: later) != nil }
        #expect(kept == NameCache.namesMax / 2)
    }

    @Test("makes room by dropping all answers when none has expired, but no waiter")
    func dropsAll() {
        var cache = NameCache()
        _ = cache.wait(host, 7, now: start)
        fill(&cache, 0..<NameCache.namesMax, seconds: 300)
        _ = cache.wait(Array("one-more.example".utf8), 8, now: start)
        let kept = (0..<NameCache.namesMax).count { cache.fresh(Self.name($0), now: start) != nil }
        #expect(kept == 0)
        let woken = cache.store(host, answer(60), now: start)
        #expect(woken == [7])
    }

    private func fill(_ cache: inout NameCache, _ names: Range<Int>, seconds: UInt32) {
        for number in names { _ = cache.store(Self.name(number), answer(seconds), now: start) }
    }

    private static func name(_ number: Int) -> [UInt8] {
        Array("host-\(number).example".utf8)
    }
}
