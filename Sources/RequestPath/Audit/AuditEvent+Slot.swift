// From a slot's bytes to an event. Called only for slots that were probed, so the values are
// known to be valid; a value that is not yields no event rather than a trap.

import ClawgressBytes
import ClawgressModel

extension AuditEvent {
    /// Reads the concluded slot at `start`, which was probed and whose outcome was checked.
    init?(_ view: borrowing SegmentView, at start: Int) {
        let bytes = view.file.bytes
        guard let texts = SlotTexts(bytes, at: start),
            let intent = SpoolIntent(bytes, at: start),
            let end = SpoolOutcome(bytes, at: start)
        else { return nil }
        self.init(
            requestID: intent.requestID,
            timestamp: intent.timestamp,
            agentID: texts.identity(0),
            teamID: texts.identity(1),
            projectID: texts.identity(2),
            environment: texts.identity(3),
            claimedAgentID: texts[.claimedAgentID],
            authentication: intent.authentication,
            credentialID: texts[.credentialID],
            destinationHost: texts[.host],
            destinationPort: intent.destinationPort == 0 ? nil : intent.destinationPort,
            destinationAddress: end.address,
            serverName: texts.serverName,
            scheme: intent.scheme,
            requestProtocol: intent.requestProtocol,
            method: texts[.method],
            path: texts[.path],
            decision: end.decision,
            reason: end.reason,
            matchedPolicyID: texts[.policyID],
            policyVersion: intent.policyVersion,
            wouldDecision: intent.wouldDecision,
            wouldPolicyID: texts[.wouldPolicyID],
            quota: intent.quota,
            end: end,
            clientAddress: intent.clientAddress,
            clientPort: intent.clientPort,
            gatewayID: view.header.gatewayID,
            bootID: view.header.bootID,
            worker: view.header.worker,
            sequence: view.word(start + SlotLayout.sequence),
            bundleSerial: intent.bundleSerial,
            bundleRevision: texts[.bundleRevision],
            tunnelRequestID: intent.tunnelRequestID,
            isRedacted: intent.isRedacted,
            truncated: texts.truncated
        )
    }
}

extension SpoolIntent {
    /// Reads the plain fields of the slot at `start`.
    init?(_ bytes: Span<UInt8>, at start: Int) {
        func word(_ offset: Int) -> UInt64 {
            bytes.load(littleEndian: UInt64.self, at: start + offset)
        }
        func short(_ offset: Int) -> UInt16 {
            bytes.load(littleEndian: UInt16.self, at: start + offset)
        }
        let bits = start + SlotLayout.intentBits
        guard let decision = Decision(rawValue: bytes[bits]),
            let reason = Reason(rawValue: bytes[bits + 1]),
            let quota = QuotaApplied(rawValue: bytes[bits + 2]),
            let authentication = AuthenticationType(rawValue: bytes[bits + 3]),
            let requestProtocol = RequestProtocol(rawValue: bytes[bits + 4]),
            let scheme = DestinationScheme(rawValue: bytes[bits + 5])
        else { return nil }
        let version = Int64(bitPattern: word(SlotLayout.policyVersion))
        let lengths = TextLengths(bytes, at: start)
        self.init(
            requestID: RequestID(
                high: word(SlotLayout.requestHigh),
                low: word(SlotLayout.requestLow)
            ),
            timestamp: Int64(bitPattern: word(SlotLayout.timestamp)),
            decision: decision,
            reason: reason,
            requestProtocol: requestProtocol,
            clientAddress: IPAddress(
                high: word(SlotLayout.clientHigh),
                low: word(SlotLayout.clientLow),
                family: bytes[bits + 7]
            ),
            clientPort: short(SlotLayout.ports),
            bundleSerial: Int64(bitPattern: word(SlotLayout.bundleSerial)),
            quota: quota,
            authentication: authentication,
            scheme: scheme,
            destinationPort: short(SlotLayout.ports + 2),
            policyVersion: version == .min ? nil : Int(version),
            wouldDecision: Decision(rawValue: bytes[bits + 6]),
            tunnelRequestID: lengths?.tunnelPlace.map {
                RequestID(high: word($0), low: word($0 + 8))
            },
            isRedacted: lengths?.isRedacted ?? false
        )
    }
}

extension SpoolOutcome {
    /// Reads the outcome of the slot at `start`.
    init?(_ bytes: Span<UInt8>, at start: Int) {
        func word(_ offset: Int) -> UInt64 {
            bytes.load(littleEndian: UInt64.self, at: start + offset)
        }
        let bits = start + SlotLayout.outcomeBits
        guard let outcome = Outcome(rawValue: bytes[bits + 1]),
            let reason = Reason(rawValue: bytes[bits + 2]),
            let decision = Decision(rawValue: bytes[bits + 3])
        else { return nil }
        let address = IPAddress(
            high: word(SlotLayout.addressHigh),
            low: word(SlotLayout.addressLow),
            family: bytes[bits]
        )
        let latency = word(SlotLayout.latency)
        self.init(
            outcome: outcome,
            decision: decision,
            reason: reason,
            status: bytes.load(littleEndian: UInt16.self, at: bits + 4),
            attempts: bytes[bits + 6],
            address: bytes[bits] == 0 ? nil : address,
            namesHost: bytes[start + SlotLayout.serverNameMark] == ServerNameMark.host,
            bytesOut: word(SlotLayout.bytesOut),
            bytesIn: word(SlotLayout.bytesIn),
            latencyMicroseconds: latency == .max ? nil : latency,
            durationMicroseconds: word(SlotLayout.duration),
            gatewayMicroseconds: word(SlotLayout.gatewayTime),
            closing: closingPlace(bytes, at: start).flatMap {
                OutcomeBits.closing(word($0 - start))
            }
        )
    }
}

extension IPAddress {
    /// An address from its stored halves; a family other than 4 is 6.
    init(high: UInt64, low: UInt64, family: UInt8) {
        if family == 4 {
            self.init(v4: UInt32(truncatingIfNeeded: low))
        } else {
            self.init(high: high, low: low)
        }
    }
}

/// The texts of a slot, copied out.
private struct SlotTexts {
    private var texts: [SlotText: [UInt8]] = [:]
    private let lengths: TextLengths
    private let serverNameMark: UInt8
    private var otherServerName: [UInt8] = []

    init?(_ bytes: Span<UInt8>, at start: Int) {
        guard let lengths = TextLengths(bytes, at: start) else { return nil }
        self.lengths = lengths
        serverNameMark = bytes[start + SlotLayout.serverNameMark]
        var place = start + SlotLayout.texts
        for text in SlotText.allCases {
            let length = lengths[text]
            guard length <= bytes.count - place else { return nil }
            texts[text] = bytes.extracting(place..<place + length).array()
            place += length
        }
        let room = start + SlotLayout.alignedTexts(lengths.total)
        let length = ServerNameMark.length(serverNameMark)
        guard length <= bytes.count - room else { return nil }
        otherServerName = bytes.extracting(room..<room + length).array()
    }

    /// The server name, invalid UTF-8 replaced; nil if there was none.
    var serverName: String? {
        switch serverNameMark {
        case ServerNameMark.none: nil
        case ServerNameMark.host: self[.host]
        default: String(decoding: otherServerName, as: UTF8.self)
        }
    }

    /// A text, invalid UTF-8 replaced; nil if it is empty.
    subscript(text: SlotText) -> String? {
        guard let bytes = texts[text], !bytes.isEmpty else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One of the four identity fields; nil if identity was not proven.
    func identity(_ field: Int) -> String? {
        guard let bytes = texts[.identity], bytes.count >= 4 else { return nil }
        let start = 4 + bytes.prefix(field).reduce(0) { $0 + Int($1) }
        let end = start + Int(bytes[field])
        guard end <= bytes.count else { return nil }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// The event's names of the fields that were cut when the slot was written.
    var truncated: [String] {
        let names = SlotText.allCases.filter { lengths.isCut($0) }.map(\.fieldName)
        return (names + (serverNameMark == ServerNameMark.cut ? ["sni"] : [])).sorted()
    }
}
