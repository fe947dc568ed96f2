// Half-closes in every order: each end is passed on once, behind the last byte, and the tunnel
// is closed once, when both directions are through.

import ClawgressForward
import Testing

@Suite("The ends of a tunnel")
struct TunnelEndsTests {
    private typealias Event = TunnelEnds.Event
    private typealias Action = TunnelEnds.Action

    private func run(_ events: [TunnelEnds.Event]) -> [TunnelEnds.Action] {
        var ends = TunnelEnds()
        return events.map { ends.handle($0) }
    }

    @Test("pass a half-close on when its bytes were delivered")
    func halfClose() {
        #expect(
            run([.agentEnded, .agentDrained, .originEnded, .originDrained])
                == [.none, .shutdownWrite(.origin), .none, .close]
        )
        #expect(
            run([.originEnded, .originDrained, .agentEnded, .agentDrained])
                == [.none, .shutdownWrite(.agent), .none, .close]
        )
    }

    @Test("wait for the slower direction")
    func slower() {
        #expect(
            run([.agentEnded, .originEnded, .originDrained, .agentDrained])
                == [.none, .none, .shutdownWrite(.agent), .close]
        )
    }

    @Test("count what was drained only behind the end")
    func early() {
        #expect(
            run([.agentDrained, .originDrained, .agentEnded, .agentDrained])
                == [.none, .none, .none, .shutdownWrite(.origin)]
        )
    }

    @Test("say each thing once")
    func once() {
        #expect(
            run([.agentEnded, .agentDrained, .agentEnded, .agentDrained, .failed, .failed])
                == [.none, .shutdownWrite(.origin), .none, .none, .close, .none]
        )
    }

    @Test("close at once on a failure")
    func failure() {
        for event in TunnelEnds.Event.allCases {
            var ends = TunnelEnds()
            _ = ends.handle(event)
            #expect(ends.handle(.failed) == (event == .failed ? .none : .close))
            #expect(ends.isClosed && !ends.isOpen)
        }
    }

    @Test("keep their promises for every sequence of six events")
    func everySequence() {
        let events = TunnelEnds.Event.allCases
        for code in 0..<15_625 {
            var ends = TunnelEnds()
            var rest = code
            var closes = 0
            var shutdowns: [TunnelEnds.Side: Int] = [:]
            var seen: Set<TunnelEnds.Event> = []
            for _ in 0..<6 {
                let event = events[rest % 5]
                rest /= 5
                let wasClosed = ends.isClosed
                let action = ends.handle(event)
                seen.insert(event)
                if wasClosed { #expect(action == .none) }
                switch action {
                case .none: break
                case .close: closes += 1
                case .shutdownWrite(let side):
                    shutdowns[side, default: 0] += 1
                    #expect(seen.contains(side == .origin ? .agentEnded : .originEnded))
                }
            }
            #expect(closes <= 1 && shutdowns.values.allSatisfy { $0 == 1 })
            #expect(ends.isClosed == (closes == 1))
            #expect(ends.isOpen == (seen.isDisjoint(with: [.agentEnded, .originEnded, .failed])))
        }
    }
}
