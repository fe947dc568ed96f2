// Who of those that have not proved themselves has a place, and who gives one up for whom. Pure:
// connections are numbers here, given out in the order of their coming, and what is remembered is bounded.
//
// Whoever reaches a port can fill any number of places. So a newcomer is not turned away because others
// came before: it gets the moment that it needs to prove itself, at the cost of who had that moment longest.

/// The places of connections whose peers have proved nothing.
public struct StrangerPlaces: Sendable {
    /// How many there are.
    public struct Bounds: Sendable {
        /// Of all sources from which nobody has proved a certificate lately.
        public var unknownMax: Int
        /// Of the others; sources of which nothing is known get none of these.
        public var knownMax: Int
        /// Of one source.
        public var ofSourceMax: Int
        /// How many sources are remembered, those that proved a certificate last.
        public var rememberedMax: Int
        /// Whether a newcomer always gets a place.
        ///
        /// If not, one is only taken from a source that then still has as many as the newcomer's: where
        /// all are strangers, the older ones are in use.
        public var isNewcomerFirst: Bool

        /// Describes places.
        public init(
            unknownMax: Int,
            knownMax: Int,
            ofSourceMax: Int,
            rememberedMax: Int,
            isNewcomerFirst: Bool
        ) {
            self.unknownMax = unknownMax
            self.knownMax = knownMax
            self.ofSourceMax = ofSourceMax
            self.rememberedMax = rememberedMax
            self.isNewcomerFirst = isNewcomerFirst
        }
    }

    /// What becomes of a newcomer.
    public enum Entry: Sendable, Equatable {
        /// It has a place; the other connection, if any, has none any more.
        case placed(UInt64, insteadOf: UInt64?)
        /// It has none.
        case refused
    }

    private struct Guest {
        let source: String
        let isKnown: Bool
    }

    private let bounds: Bounds
    private var guests: [UInt64: Guest] = [:]
    private var unknown = Pool()
    private var known = Pool()
    /// When a source proved a certificate last, in numbers of ours.
    private var proved: [String: UInt64] = [:]
    private var last: UInt64 = 0

    /// All places are free, and no source is known.
    public init(_ bounds: Bounds) {
        self.bounds = bounds
    }

    /// How many places are taken.
    public var count: Int { guests.count }

    /// Whether somebody there has proved a certificate lately.
    public func isKnown(_ source: String) -> Bool { proved[source] != nil }

    /// A connection comes.
    ///
    /// - Parameter source: as ``Neighbourhood`` names it.
    public mutating func enter(from source: String) -> Entry {
        let isKnown = isKnown(source)
        let entry =
            isKnown
            ? known.enter(last + 1, from: source, countMax: bounds.knownMax, bounds)
            : unknown.enter(last + 1, from: source, countMax: bounds.unknownMax, bounds)
        guard case .placed(let number, let loser) = entry else { return .refused }
        last = number
        guests[number] = Guest(source: source, isKnown: isKnown)
        if let loser { guests[loser] = nil }
        return entry
    }

    /// A connection ends; it may have lost its place before.
    public mutating func leave(_ number: UInt64) {
        guard let guest = guests.removeValue(forKey: number) else { return }
        if guest.isKnown {
            known.remove(number, of: guest.source)
        } else {
            unknown.remove(number, of: guest.source)
        }
    }

    /// A peer has proved a certificate: it is no stranger any more, and its source is known.
    public mutating func prove(_ number: UInt64, from source: String) {
        leave(number)
        last += 1
        proved[source] = last
        guard proved.count > bounds.rememberedMax else { return }
        let oldest = proved.min { $0.value < $1.value }
        if let oldest { proved[oldest.key] = nil }
    }
}

/// Connections by their sources.
private struct Pool {
    /// The oldest first.
    private var bySource: [String: [UInt64]] = [:]
    private var count = 0

    mutating func enter(
        _ number: UInt64,
        from source: String,
        countMax: Int,
        _ bounds: StrangerPlaces.Bounds
    ) -> StrangerPlaces.Entry {
        let own = bySource[source]?.count ?? 0
        var loser: UInt64?
        if own >= bounds.ofSourceMax {
            guard bounds.isNewcomerFirst else { return .refused }
            loser = removeOldest(of: source)
        } else if count >= countMax {
            guard let (largest, theirs) = greatest,
                bounds.isNewcomerFirst || theirs.count > own + 1
            else { return .refused }
            loser = removeOldest(of: largest)
        }
        bySource[source, default: []].append(number)
        count += 1
        return .placed(number, insteadOf: loser)
    }

    /// The source that has the most; of several, the one whose oldest came first.
    private var greatest: (key: String, value: [UInt64])? {
        bySource.max { one, other in
            let (ones, others) = (one.value, other.value)
            return ones.count == others.count ? ones[0] > others[0] : ones.count < others.count
        }
    }

    mutating func remove(_ number: UInt64, of source: String) {
        guard let place = bySource[source]?.firstIndex(of: number) else { return }
        bySource[source]?.remove(at: place)
        count -= 1
        if bySource[source]?.isEmpty == true { bySource[source] = nil }
    }

    private mutating func removeOldest(of source: String) -> UInt64? {
        guard let oldest = bySource[source]?.first else { return nil }
        remove(oldest, of: source)
        return oldest
    }
}
