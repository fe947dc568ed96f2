// What the records say of each other. A log that keeps what it was given proves nothing about what
// it was not given: the senders' numbers do.

import ClawgressRecords

/// The numbers of all streams, and what is odd about them.
struct RecordSurvey {
    /// A run is 16 bytes; a stream without holes is one run.
    private static var runsMax: Int { 1_000_000 }
    /// More findings of one kind tell nobody more.
    private static var findingsMax: Int { 16 }

    private var ledger = StreamLedger(runsMax: Self.runsMax)
    private var announced = AnnouncedNumbers()
    private var lives = GatewayLives()
    private var lost: [StreamKey: UInt64] = [:]
    private var isFull = false
    /// Whether earlier entries were pruned, so that numbers before the first one of a stream are not
    /// missed.
    var beginsLate = false
    private var first: [StreamKey: UInt64] = [:]
    private var refused: [LogFinding] = []
    private var repeated: [LogFinding] = []
    /// The greatest time that a record has: times have one form, so that their order is that of their
    /// bytes.
    private var newestTime: [UInt8] = []

    /// The greatest time that a record has, as it is written there.
    var newest: String? {
        newestTime.isEmpty ? nil : String(decoding: newestTime, as: UTF8.self)
    }

    /// When gateways were heard last.
    var gateways: [GatewayLife] { lives.sorted }

    /// How many streams there are.
    var streamCount: Int { ledger.streamCount }

    /// Takes the records of entries that follow each other.
    ///
    /// - Parameter first: the first one's place.
    mutating func take(_ records: BundleRecords, at first: Int) {
        if newestTime.lexicographicallyPrecedes(records.newest) { newestTime = records.newest }
        for (offset, entry) in records.entries.enumerated() {
            switch entry {
            case .success(let facts): take(facts, at: first + offset)
            case .failure(let refusal):
                guard refused.count < Self.findingsMax else { continue }
                refused.append(.noRecord(index: first + offset, refusal))
            }
        }
    }

    private mutating func take(_ facts: RecordFacts, at index: Int) {
        if let lost = facts.lost {
            let stream = facts.key.stream
            self.lost[stream] = lost.addingBounded(self.lost[stream] ?? 0)
        }
        if let sign = facts.sign { take(sign, of: facts.key, at: index) }
        count(facts.key, at: index)
    }

    /// A gateway may name as many streams as it likes: so they are bounded as those that there are.
    private mutating func take(_ sign: SignOfLife, of key: RecordKey, at index: Int) {
        guard !isFull else { return }
        guard announced.streamCount + announced.unnamed(sign, of: key) <= Self.runsMax else {
            isFull = true
            return refused.append(.tooManyStreams(index: index))
        }
        announced.take(sign, of: key)
        lives.take(sign, of: key)
    }

    private mutating func count(_ key: RecordKey, at index: Int) {
        guard !isFull else { return }
        if beginsLate, first[key.stream] == nil { first[key.stream] = key.number }
        do throws(LedgerFull) {
            guard try !ledger.insert(key), repeated.count < Self.findingsMax else { return }
            repeated.append(.repeated(key, index: index))
        } catch {
            isFull = true
            refused.append(.tooManyStreams(index: index))
        }
    }

    /// What is odd.
    ///
    /// - Parameter isWhole: whether all entries were looked at, so that what is not there is missing.
    func findings(isWhole: Bool) -> [LogFinding] {
        var findings = refused + repeated
        if isWhole { findings += missing }
        return findings
            + lost.sorted { $0.key < $1.key }.map { .gap($0.key, lost: $0.value) }
    }

    private var missing: [LogFinding] {
        var streams = ledger.sorted.filter { $0.key.kind == .records }
        // Of these there is nothing but a gateway's word; or nothing more, if entries were pruned.
        let unseen = beginsLate ? [] : announced.settled.keys.filter { ledger[$0] == nil }
        streams += unseen.map { (key: $0, runs: NumberRuns()) }
        let findings = streams.lazy.compactMap { stream, runs -> LogFinding? in
            let first = first[stream] ?? 0
            let holes = runs.holes.filter { $0.lowerBound > first } + tail(stream, runs)
            let count = holes.reduce(UInt64(0)) { $0 + UInt64($1.count) }
            return count == 0 ? nil : .missing(stream, holes, count: count)
        }
        return Array(findings.prefix(Self.findingsMax))
    }

    /// What a stream lacks behind its last record.
    private func tail(_ stream: StreamKey, _ runs: NumberRuns) -> [ClosedRange<UInt64>] {
        let last = runs.runs.last?.upperBound ?? 0
        guard let announced = announced.settled[stream], announced > last else { return [] }
        return [last + 1...announced]
    }
}
