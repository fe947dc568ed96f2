// In which order alerts are told, and what waits while nobody listens.

import ClawgressAlerts
import Testing

@Suite("alerts that are told")
struct AlertQueueTests {
    private let full = AlertNote.Subject(alert: "disk_full")
    private let down = AlertNote.Subject(alert: "sink_down", sink: "siem")
    private let text = AlertNote.Text("the disk is full", ["bytes": "7"])

    /// Tells of everything that waits.
    private func drain(_ queue: inout AlertQueue) -> [AlertNote] {
        var told: [AlertNote] = []
        while let note = queue.next(at: 0) {
            told.append(note)
            queue.told(note)
        }
        return told
    }

    @Test("are told once when they begin and once when they end, in order")
    func order() {
        var queue = AlertQueue()
        queue.look([full], at: 1)
        queue.look([full], at: 2)
        queue.look([full, down], at: 3)
        queue.look([down], at: 4)
        let told = drain(&queue)
        #expect(told.map(\.subject) == [full, down, full])
        #expect(told.map(\.state) == [.raised, .raised, .over])
        #expect(told.map(\.time) == [1, 3, 4] && queue.dropped == 0)
    }

    @Test("are dropped, the oldest first and counted, where too many wait")
    func bound() {
        var queue = AlertQueue()
        for time in 0..<300 as Range<Int64> { queue.happened(full, text, at: time) }
        #expect(queue.dropped == 44)
        let first = queue.next(at: 0)
        #expect(first?.time == 44)
        // What was dropped while it was told is not the next one.
        queue.told(AlertNote.none(full))
        let next = queue.next(at: 0)
        #expect(next == first)
    }

    @Test("are not dropped for what has no end, if they last")
    func lastingStay() {
        var queue = AlertQueue()
        queue.look([down], at: 0)
        for time in 1..<400 as Range<Int64> { queue.happened(full, text, at: time) }
        queue.look([], at: 400)
        let told = drain(&queue)
        #expect(told.count == AlertQueue.countMax && queue.dropped == 145)
        #expect(told.first?.state == .raised && told.last?.state == .over)
    }

    @Test("are told anew, if they last and had to be dropped", arguments: [true, false])
    func toldAnew(isLook: Bool) {
        var queue = AlertQueue()
        let sinks = (0...AlertQueue.countMax).map {
            AlertNote.Subject(alert: "sink_down", sink: "\(1_000 + $0)")
        }
        func see(at time: Int64) {
            if isLook { return queue.look(Set(sinks), at: time) }
            for sink in sinks { queue.begin(sink, text, at: time) }
        }
        see(at: 1)
        #expect(queue.dropped == 1)
        var told = drain(&queue).map(\.subject)
        #expect(told == Array(sinks.dropFirst()))
        see(at: 2)
        told = drain(&queue).map(\.subject)
        #expect(told == [sinks[0]])
        see(at: 3)
        told = drain(&queue).map(\.subject)
        #expect(told.isEmpty && queue.dropped == 1)
    }

    @Test("begin once however often they are said, and end only if they had begun")
    func lasting() {
        var queue = AlertQueue()
        queue.end(full, at: 1)
        queue.begin(full, text, at: 2)
        queue.begin(full, AlertNote.Text("again"), at: 3)
        queue.begin(down, text, at: 4)
        queue.end(full, at: 5)
        queue.end(full, at: 6)
        let told = drain(&queue)
        #expect(told.map(\.subject) == [full, down, full])
        #expect(told.map(\.state) == [.raised, .raised, .over])
        #expect(told.map(\.time) == [2, 4, 5])
        #expect(told.map(\.text) == [text, text, nil])
        queue.begin(full, text, at: 7)
        let next = queue.next(at: 0)
        #expect(next?.state == .raised && next?.time == 7)
    }

    @Test("that come and go while nobody listens have two notes at most", arguments: [true, false])
    func flapping(isLook: Bool) {
        var queue = AlertQueue()
        for time in 0..<2_000 as Range<Int64> {
            let isThere = time % 2 == 0
            if isLook {
                queue.look(isThere ? [full] : [], at: time)
            } else if isThere {
                queue.begin(full, text, at: time)
            } else {
                queue.end(full, at: time)
            }
            // Somebody tries, and fails.
            _ = queue.next(at: time)
        }
        #expect(queue.dropped == 0)
        let told = drain(&queue)
        #expect(told.map(\.state) == [.raised, .over])
        #expect(told.map(\.time) == [0, 1_999])
    }

    @Test("keep the end that may have come when they begin anew")
    func onItsWay() throws {
        var queue = AlertQueue()
        queue.begin(full, text, at: 1)
        queue.end(full, at: 2)
        for time in 3...4 as ClosedRange<Int64> {
            let next = queue.next(at: 0)
            let onItsWay = try #require(next)
            if time == 4 { queue.begin(full, text, at: time) }
            queue.told(onItsWay)
        }
        let told = drain(&queue)
        #expect(told.map(\.state) == [.raised])
    }

    @Test("hold back no others if they are refused, and are tried again in their order")
    func refused() throws {
        var queue = AlertQueue()
        queue.begin(full, text, at: 1)
        queue.end(full, at: 2)
        queue.happened(full, text, at: 3)
        queue.begin(down, text, at: 4)
        let first = queue.next(at: 0)
        let bad = try #require(first)
        var isFirst = queue.refused(bad, at: 0, random: 0)
        #expect(isFirst && bad.time == 1)
        var told: [Int64] = []
        while let note = queue.next(at: 124) {
            told.append(note.time)
            queue.told(note)
        }
        // Its end would be wrong before it.
        #expect(told == [3, 4])
        var again = queue.next(at: 125)
        #expect(again == bad)
        isFirst = queue.refused(bad, at: 125, random: 0)
        again = queue.next(at: 374)
        #expect(!isFirst && again == nil)
        again = queue.next(at: 375)
        #expect(again == bad)
        // Its end was not told, so it never ended.
        queue.begin(full, text, at: 5)
        queue.told(bad)
        again = queue.next(at: 376)
        #expect(again == nil && queue.dropped == 0)
    }

    @Test("that have no end are told each time")
    func happened() {
        var queue = AlertQueue()
        queue.happened(full, text, at: 1)
        queue.happened(full, AlertNote.Text("the disk is full", repeated: 9), at: 2)
        let told = drain(&queue)
        #expect(told.map(\.state) == [.happened, .happened])
        #expect(told.map(\.text?.repeated) == [0, 9])
        for time in 0..<257 as Range<Int64> { queue.happened(down, text, at: time) }
        let oldest = queue.next(at: 0)
        #expect(queue.dropped == 1 && oldest?.time == 1)
    }
}

extension AlertNote {
    /// A note that no queue has.
    fileprivate static func none(_ subject: Subject) -> AlertNote {
        var queue = AlertQueue()
        queue.look([subject], at: -1)
        guard let note = queue.next(at: 0) else { preconditionFailure("it was just raised") }
        return note
    }
}
