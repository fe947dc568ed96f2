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
        while let note = queue.first {
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
    func bound() throws {
        var queue = AlertQueue()
        for time in 0..<300 as Range<Int64> { queue.look(time % 2 == 0 ? [full] : [], at: time) }
        #expect(queue.dropped == 44)
        let first = try #require(queue.first)
        #expect(first.time == 44)
        // What was dropped while it was told is not the next one.
        queue.told(AlertNote.none(full))
        #expect(queue.first == first)
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
        #expect(queue.first?.state == .raised && queue.first?.time == 7)
    }

    @Test("that come and go while nobody listens have two notes at most")
    func flapping() {
        var queue = AlertQueue()
        for time in 0..<2_000 as Range<Int64> {
            if time % 2 == 0 {
                queue.begin(full, text, at: time)
            } else {
                queue.end(full, at: time)
            }
        }
        #expect(queue.dropped == 0)
        let told = drain(&queue)
        #expect(told.map(\.state) == [.raised, .over])
        #expect(told.map(\.time) == [0, 1_999])
    }

    @Test("keep the end that may be on its way when they begin anew")
    func onItsWay() throws {
        var queue = AlertQueue()
        queue.begin(full, text, at: 1)
        queue.end(full, at: 2)
        queue.told(try #require(queue.first))
        let onItsWay = try #require(queue.first)
        queue.begin(full, text, at: 3)
        queue.told(onItsWay)
        #expect(drain(&queue).map(\.state) == [.raised])
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
        #expect(queue.dropped == 1 && queue.first?.time == 1)
    }
}

extension AlertNote {
    /// A note that no queue has.
    fileprivate static func none(_ subject: Subject) -> AlertNote {
        var queue = AlertQueue()
        queue.look([subject], at: -1)
        guard let note = queue.first else { preconditionFailure("it was just raised") }
        return note
    }
}
