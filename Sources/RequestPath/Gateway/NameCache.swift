// Answers of name servers, kept as long as they allow and no longer than we bound, so that a
// warm request asks nobody; and the list of who waits for an answer under way.

public import ClawgressModel
public import ClawgressReactor

/// A worker's cache of resolved names.
public struct NameCache: ~Copyable {
    private struct Entry {
        var addresses: [IPAddress] = []
        var failure: ResolutionFailure?
        var expires: UInt64 = 0
        var waiting: [UInt64] = []
        /// When a name server was asked last.
        var asked: UInt64 = 0
    }

    /// An answer that is missing for so long was lost, and the question is asked again.
    static var lostNanoseconds: UInt64 { 15_000_000_000 }

    /// The greatest number of names.
    public static var namesMax: Int { 8_192 }

    private var entries: [[UInt8]: Entry] = [:]
    /// How long answers and failures are kept, whatever the name server says.
    private var settings = ResolverSettings()

    /// Makes an empty cache.
    public init() {}

    /// Keeps answers by other settings from now on.
    ///
    /// Other name servers may answer otherwise, and other bounds hold for what is known already:
    /// it is forgotten.
    public mutating func use(_ next: ResolverSettings) {
        guard next != settings else { return }
        settings = next
        entries = entries.filter { !$0.value.waiting.isEmpty }
    }

    /// What is known of a name and still valid; nil if a name server must be asked.
    ///
    /// - Parameter now: monotonic nanoseconds, here and below.
    public func fresh(_ host: [UInt8], now: UInt64) -> Result<[IPAddress], ResolutionFailure>? {
        guard let entry = entries[host], entry.expires > now else { return nil }
        if let failure = entry.failure { return .failure(failure) }
        return .success(entry.addresses)
    }

    /// Puts a waiter on the list of a name.
    ///
    /// - Returns: whether nobody asked yet, or the answer was lost, so that the caller must ask.
    public mutating func wait(_ host: [UInt8], _ waiter: UInt64, now: UInt64) -> Bool {
        if entries[host] == nil { makeRoom(now) }
        var entry = entries[host] ?? Entry()
        let mustAsk = entry.waiting.isEmpty || now - entry.asked > Self.lostNanoseconds
        entry.waiting.append(waiter)
        if mustAsk { entry.asked = now }
        entries[host] = entry
        return mustAsk
    }

    /// Stores an answer and returns who waited for it.
    mutating func store(_ answer: Resolution, now: UInt64) -> [UInt64] {
        store(answer.host, answer.result, now: now)
    }

    /// Stores what a name server said about a name, and returns who waited for it.
    public mutating func store(
        _ host: [UInt8],
        _ result: Result<(addresses: [IPAddress], timeToLive: UInt32), ResolutionFailure>,
        now: UInt64
    ) -> [UInt64] {
        var entry = Entry()
        switch result {
        case .success(let found):
            let bounds = (least: settings.keptSecondsMin, most: settings.keptSecondsMax)
            let seconds = UInt64(min(max(Int(found.timeToLive), bounds.least), bounds.most))
            entry.addresses = found.addresses
            entry.expires = now + seconds * 1_000_000_000
        case .failure(let failure):
            entry.failure = failure
            entry.expires = now + UInt64(settings.failureSeconds) * 1_000_000_000
        }
        let waiting = entries[host]?.waiting ?? []
        entries[host] = entry
        return waiting
    }

    /// Drops what has expired, and if that does not help, everything nobody waits for.
    private mutating func makeRoom(_ now: UInt64) {
        guard entries.count >= Self.namesMax else { return }
        entries = entries.filter { !$0.value.waiting.isEmpty || $0.value.expires > now }
        guard entries.count >= Self.namesMax else { return }
        entries = entries.filter { !$0.value.waiting.isEmpty }
    }
}
