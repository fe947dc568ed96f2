// What the gateway does with the spool of a start that ended without goodbye: every exchange
// that was open gets its one event, with the outcome `aborted`.
//
// Everything is done in place and in an order in which an interrupted recovery, run again,
// finds only less to do. Damaged files are reported and left alone: they are evidence. Segments
// that were finished and brought to the disk are passed over, so that a long spool does not make
// a long start; only where a checksum says that the header's word for the last number is not the
// one that was written, the numbers are looked up in the slots.

import ClawgressBytes
import ClawgressModel

/// Closes what a killed gateway left open.
public enum SpoolRecovery {
    /// What was found and done.
    public struct Report: Sendable, Equatable {
        /// Valid segments seen.
        public var segments = 0
        /// Events in the segments that needed a look, those just closed included.
        public var events = 0
        /// Exchanges that were open and are now events with the outcome `aborted`.
        public var orphans = 0
        /// Segments whose slots end in bytes that no writer left: what follows is lost.
        public var torn = 0
        /// Concluded slots whose outcome was damaged; they are `aborted` now.
        public var damagedOutcomes = 0
        /// Segments without events and losses, deleted.
        public var blank = 0
        /// Files named like segments that are none.
        public var malformed: [String] = []

        /// Whether the last start ended without closing its exchanges.
        public var isUnclean: Bool { orphans + torn + damagedOutcomes + malformed.count > 0 }
    }

    /// The greatest sequence number that is believed.
    ///
    /// No worker lives to give a greater one, and the header's word for it is under no checksum:
    /// without a bound, one damaged word would leave no number for the open slots.
    static var sequenceMax: UInt64 { 1 << 62 }

    /// Runs over all segments of a folder; before a supply is made for it.
    ///
    /// - Throws: `SpoolError.file` if the folder cannot be read or a segment not mapped.
    public static func run(_ folder: SpoolFolder) throws(SpoolError) -> Report {
        var report = Report()
        let numbers = try SegmentFiles.numbers(in: folder.path)
        var segments: [UInt64] = []
        var sequences: [Owner: UInt64] = [:]
        for number in numbers {
            do throws(SpoolError) {
                let view = try SegmentView(number: number, in: folder.path)
                report.segments += 1
                let last = view.isClosed ? view.lastSequence : greatestSequence(view)
                sequences[Owner(view.header), default: 0].raise(to: last)
                if !view.isDurable { segments.append(number) }
            } catch .malformed(let path) {
                report.malformed.append(path)
            }
        }
        for number in segments {
            var view = try SegmentView(number: number, in: folder.path, writable: true)
            let owner = Owner(view.header)
            var sequence = sequences[owner] ?? 0
            try close(&view, in: folder.path, &sequence, &report)
            sequences[owner] = sequence
        }
        // Only now: a blank segment may be the one that knows the last sequence number.
        for number in segments {
            try sealOrRemove(number, in: folder.path, sequences, &report)
        }
        return report
    }

    /// Whose sequence numbers are one series.
    private struct Owner: Hashable {
        let bootID: BootID
        let worker: UInt8

        init(_ header: SegmentHeader) {
            bootID = header.bootID
            worker = header.worker
        }
    }

    private static func greatestSequence(_ view: borrowing SegmentView) -> UInt64 {
        var greatest: UInt64 = 0
        greatest.raise(to: view.lastSequence)
        var start = HeaderLayout.bytes
        while true {
            switch view.probe(at: start) {
            case .end, .torn: return greatest
            case .slot(let length):
                if view.state(at: start) == SlotState.concluded, view.hasValidOutcome(at: start) {
                    greatest.raise(to: view.word(start + SlotLayout.sequence))
                }
                start += length
            case .record(let length):
                greatest.raise(to: view.word(start + RecordLayout.sequence))
                start += length
            }
        }
    }

    /// Concludes the open slots of one segment.
    private static func close(
        _ view: inout SegmentView,
        in folder: String,
        _ sequence: inout UInt64,
        _ report: inout Report
    ) throws(SpoolError) {
        var start = HeaderLayout.bytes
        while true {
            switch view.probe(at: start) {
            case .end: return
            case .torn:
                report.torn += 1
                return
            case .slot(let length):
                try closeSlot(&view, at: start, in: folder, &sequence, &report)
                start += length
            case .record(let length):
                report.events += 1
                start += length
            }
        }
    }

    private static func closeSlot(
        _ view: inout SegmentView,
        at start: Int,
        in folder: String,
        _ sequence: inout UInt64,
        _ report: inout Report
    ) throws(SpoolError) {
        switch view.state(at: start) {
        case SlotState.void:
            return
        case SlotState.concluded where view.hasValidOutcome(at: start):
            report.events += 1
            return
        case SlotState.concluded:
            report.damagedOutcomes += 1
        case SlotState.arriving:
            let source = SlotHandle(raw: view.word(start + SlotLayout.movedFrom))
            if try !isVoid(source, in: folder) {
                view.file.publish(SlotState.void, at: start + SlotLayout.state)
                return
            }
            report.orphans += 1
        default:
            report.orphans += 1
        }
        guard let intent = SpoolIntent(view.file.bytes, at: start) else { return }
        sequence += 1
        storeOutcome(
            SpoolOutcome(outcome: .aborted, decision: intent.decision, reason: intent.reason),
            sequence: sequence,
            in: &view.file,
            at: start
        )
        report.events += 1
    }

    /// Whether the slot that an arriving one came from no longer counts.
    ///
    /// A segment that is gone was acknowledged, which happens only after all its slots were
    /// concluded or moved away.
    private static func isVoid(
        _ source: SlotHandle,
        in folder: String
    ) throws(SpoolError) -> Bool {
        do throws(SpoolError) {
            let view = try SegmentView(number: source.number, in: folder)
            guard case .slot = probe(view, source.offset) else { return true }
            return view.state(at: source.offset) == SlotState.void
        } catch .malformed {
            return true
        } catch .file(let error) where error.isMissing {
            return true
        }
    }

    private static func probe(_ view: borrowing SegmentView, _ offset: Int) -> SlotProbe {
        offset >= HeaderLayout.bytes ? view.probe(at: offset) : .torn
    }

    private static func sealOrRemove(
        _ number: UInt64,
        in folder: String,
        _ sequences: [Owner: UInt64],
        _ report: inout Report
    ) throws(SpoolError) {
        var view = try SegmentView(number: number, in: folder, writable: true)
        if view.probe(at: HeaderLayout.bytes) == .end, view.gap.isEmpty {
            report.blank += 1
            try SegmentFiles.remove(number, in: folder)
            return
        }
        let last = sequences[Owner(view.header)] ?? 0
        view.file.store(littleEndian: last, at: HeaderLayout.lastSequence)
        view.file.storeSequenceChecksum()
        view.file.publish(SealState.sealed, at: HeaderLayout.sealed)
        guard view.file.synchronise(wait: true) == 0 else { return }
        view.file.publish(SealState.durable, at: HeaderLayout.sealed)
    }
}

extension UInt64 {
    fileprivate mutating func raise(to other: UInt64) {
        if other > self, other <= SpoolRecovery.sequenceMax { self = other }
    }
}
