// Administrative records among the slots of a segment, complete when they are written.

import ClawgressBytes
import ClawgressModel

/// The parts of an administrative record, as offsets from its beginning, behind those of
/// ``RecordLayout``.
enum AdminLayout {
    static var eventHigh: Int { 24 }
    static var eventLow: Int { 32 }
    static var timestamp: Int { 40 }
    static var sourceHigh: Int { 48 }
    static var sourceLow: Int { 56 }
    /// The least number stands for none.
    static var serial: Int { 64 }
    /// Action, result, role, the source's family, ``AdminText`` bits of what was cut.
    static var bits: Int { 72 }
    /// The lengths of the texts, two bytes each, in the order of ``AdminText``.
    static var textLengths: Int { 80 }
    static var texts: Int { 96 }
    /// The shortest possible record.
    static var bytesMin: Int { texts }
    /// The longest possible one.
    static var bytesMax: Int {
        aligned(texts + AdminText.allCases.reduce(0) { $0 + $1.bytesMax })
    }

    static func aligned(_ length: Int) -> Int {
        (length + SlotLayout.alignment - 1) & ~(SlotLayout.alignment - 1)
    }
}

/// The texts of an administrative record, in their order there.
enum AdminText: Int, CaseIterable {
    case actor, credentialID, revision, commitID, reason, subject, summary

    /// The name of the field in the record's JSON.
    var fieldName: String {
        switch self {
        case .actor: "actor"
        case .credentialID: "credential_id"
        case .revision: "revision"
        case .commitID: "commit_id"
        case .reason: "reason"
        case .subject: "subject"
        case .summary: "summary"
        }
    }

    /// The greatest length, of subject and summary in their JSON form.
    var bytesMax: Int {
        switch self {
        case .actor, .commitID, .reason: 64
        case .credentialID, .revision: 128
        case .subject: 512
        case .summary: 8_192
        }
    }

    /// What the record's bits have where the text was cut.
    var cutBit: UInt8 {
        switch self {
        case .subject: 1
        case .summary: 2
        default: 0
        }
    }

    func value(_ event: AdminEvent) -> String? {
        switch self {
        case .actor: event.actor.name
        case .credentialID: event.actor.credentialID
        case .revision: event.revision
        case .commitID: event.commitID
        case .reason: event.reason
        case .subject: event.subject
        case .summary: event.summary
        }
    }
}

extension Segment {
    /// Writes an administrative record.
    ///
    /// - Returns: whether it fitted.
    mutating func append(_ event: AdminEvent, sequence: UInt64) -> Bool {
        let texts = AdminText.allCases.map { Array(($0.value(event) ?? "").utf8) }
        let total = texts.reduce(AdminLayout.texts) { $0 + $1.count }
        let length = AdminLayout.aligned(total)
        return append(record: .admin, length: length, sequence: sequence) { file, start in
            AdminSlot.storeFields(event, in: &file, at: start)
            var place = start + AdminLayout.texts
            for (index, text) in texts.enumerated() {
                let lengthPlace = start + AdminLayout.textLengths + 2 * index
                file.store(littleEndian: UInt16(text.count), at: lengthPlace)
                file.store(text.span, at: place)
                place += text.count
            }
        }
    }
}

/// An administrative record's fields to bytes and back.
enum AdminSlot {
    static func storeFields(
        _ event: AdminEvent,
        in file: inout MappedFile,
        at start: Int
    ) {
        file.store(littleEndian: event.eventID.high, at: start + AdminLayout.eventHigh)
        file.store(littleEndian: event.eventID.low, at: start + AdminLayout.eventLow)
        file.store(littleEndian: event.timestamp, at: start + AdminLayout.timestamp)
        file.store(littleEndian: event.source?.high ?? 0, at: start + AdminLayout.sourceHigh)
        file.store(littleEndian: event.source?.low ?? 0, at: start + AdminLayout.sourceLow)
        file.store(littleEndian: event.serial ?? .min, at: start + AdminLayout.serial)
        let cut = AdminText.allCases.filter { event.truncated.contains($0.fieldName) }
        let bits: [UInt8] = [
            event.action.rawValue, event.result.rawValue, event.actor.role?.rawValue ?? 0,
            event.source.map { $0.isV4 ? 4 : 6 } ?? 0, cut.reduce(0) { $0 | $1.cutBit },
        ]
        file.store(bits.span, at: start + AdminLayout.bits)
    }

    /// Reads the record at `start`, whose `length` and checksum are right; nil if a writer of ours
    /// would not have left it so.
    static func event(_ bytes: Span<UInt8>, at start: Int, length: Int) -> AdminEvent? {
        func word(_ offset: Int) -> UInt64 {
            bytes.load(littleEndian: UInt64.self, at: start + offset)
        }
        let bits = start + AdminLayout.bits
        guard let texts = texts(bytes, at: start, length: length),
            let action = AdminAction(rawValue: bytes[bits]),
            let result = AdminResult(rawValue: bytes[bits + 1]),
            bytes[bits + 2] == 0 || ActorRole(rawValue: bytes[bits + 2]) != nil,
            [0, 4, 6].contains(bytes[bits + 3])
        else { return nil }
        let address = IPAddress(
            high: word(AdminLayout.sourceHigh),
            low: word(AdminLayout.sourceLow),
            family: bytes[bits + 3]
        )
        let serial = Int64(bitPattern: word(AdminLayout.serial))
        let event = try? AdminEvent(
            eventID: RequestID(
                high: word(AdminLayout.eventHigh),
                low: word(AdminLayout.eventLow)
            ),
            timestamp: Int64(bitPattern: word(AdminLayout.timestamp)),
            actor: AdminActor(
                name: texts[.actor],
                role: ActorRole(rawValue: bytes[bits + 2]),
                credentialID: texts[.credentialID]
            ),
            source: bytes[bits + 3] == 0 ? nil : address,
            action: action,
            subject: texts[.subject],
            result: result,
            reason: texts[.reason],
            revision: texts[.revision],
            commitID: texts[.commitID],
            serial: serial == .min ? nil : serial,
            summary: texts[.summary]
        )
        // One that would have to be cut now is none of ours.
        guard var event, event.truncated.isEmpty else { return nil }
        let cut = bytes[bits + 4]
        event.truncated = AdminText.allCases.filter { cut & $0.cutBit != 0 }.map(\.fieldName)
        return event
    }

    /// The texts that are not empty; nil if they do not lie within the record, or are not UTF-8.
    private static func texts(
        _ bytes: Span<UInt8>,
        at start: Int,
        length: Int
    ) -> [AdminText: String]? {
        var texts: [AdminText: String] = [:]
        var place = start + AdminLayout.texts
        for text in AdminText.allCases {
            let lengthPlace = start + AdminLayout.textLengths + 2 * text.rawValue
            let count = Int(bytes.load(littleEndian: UInt16.self, at: lengthPlace))
            guard count <= text.bytesMax, count <= start + length - place else { return nil }
            let stored = bytes.extracting(place..<place + count).array()
            guard let value = String(validating: stored, as: UTF8.self) else { return nil }
            if count > 0 { texts[text] = value }
            place += count
        }
        return AdminLayout.aligned(place - start) == length ? texts : nil
    }
}
