// Which gateways should be heard: one that gave a heartbeat and did not say that it ends is missed when none
// follows. Pure; which ones these are is kept over restarts, so that a restart hides nobody's silence.

import ClawgressBytes
import ClawgressModel
public import ClawgressRecords

/// The gateways that should be heard.
public struct GatewayWatch: Sendable {
    /// More are not watched; as many gateways there will not be.
    private static var countMax: Int { 100_000 }

    private let silenceMax: Int64
    private let retired: Set<String>
    /// When each was heard last, in milliseconds.
    private var heard: [String: Int64] = [:]
    /// Who was heard since the last look.
    private var fresh: Set<String> = []
    private var looked: Int64 = 0
    /// Who was not heard for too long at the last look, by name.
    public private(set) var silent: [String] = []
    /// Whether others should be heard than when they were kept last.
    public private(set) var isChanged = false

    /// Watches nobody yet.
    ///
    /// - Parameters:
    ///   - silenceMax: milliseconds without a heartbeat, more than a minute.
    ///   - retired: gateways that are gone for good.
    public init(silenceMax: Int64, retired: [String] = []) {
        self.silenceMax = silenceMax
        self.retired = Set(retired)
    }

    /// Takes a heartbeat.
    ///
    /// - Parameter key: the heartbeat's own.
    public mutating func take(_ sign: SignOfLife, of key: RecordKey) {
        guard case .gateway(let name) = key.stream.sender, !retired.contains(name) else { return }
        guard sign.isFinal else { return expect(name) }
        fresh.remove(name)
        if heard.removeValue(forKey: name) != nil { isChanged = true }
    }

    private mutating func expect(_ name: String) {
        if heard[name] == nil {
            guard heard.count < Self.countMax else { return }
            heard[name] = looked
            isChanged = true
        }
        fresh.insert(name)
    }

    /// Looks at the clock: whoever was heard since the last look was heard now.
    ///
    /// - Parameter now: milliseconds of a clock that nobody sets.
    public mutating func look(now: Int64) {
        looked = now
        for name in fresh { heard[name] = now }
        fresh.removeAll()
        silent = silences.filter { $0.milliseconds >= silenceMax }.map(\.name)
    }

    /// How long each was not heard at the last look, in milliseconds, by name.
    public var silences: [(name: String, milliseconds: Int64)] {
        heard.map { (name: $0.key, milliseconds: looked - $0.value) }.sorted { $0.name < $1.name }
    }

    /// What is kept of it: a name a line.
    public var text: [UInt8] {
        heard.keys.sorted().flatMap { Array("\($0)\n".utf8) }
    }

    /// They are being kept, or that has failed.
    public mutating func keep(failed: Bool = false) { isChanged = failed }

    /// Takes what was kept; what is no name of a gateway is passed over.
    ///
    /// Each counts as heard now, because nobody was listening meanwhile.
    public mutating func restore(_ text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            guard Identifier.isValid(Array(line).span) else { continue }
            let name = String(decoding: line, as: UTF8.self)
            if !retired.contains(name) { expect(name) }
        }
        isChanged = false
    }
}
