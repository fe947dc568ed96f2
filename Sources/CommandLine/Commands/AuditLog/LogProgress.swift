// How far a long walk through a log has come, told to whoever waits for it.

/// Notes on the way, a second apart.
final class LogProgress {
    private static var interval: Int64 { 1_000 }

    private let terminal: Terminal
    private let began = MonotonicClock.milliseconds()
    private var noted = MonotonicClock.milliseconds()
    private var count = 0

    init(_ terminal: Terminal) {
        self.terminal = terminal
    }

    /// Takes note of how many entries are done.
    func note(_ count: Int) {
        self.count = count
        let now = MonotonicClock.milliseconds()
        guard now - noted >= Self.interval else { return }
        noted = now
        terminal.note("\(count) entries, \(rate(now)) a second")
    }

    /// Says how long all took.
    func end() {
        let now = MonotonicClock.milliseconds()
        let time = now - began
        let digits = String(1_000 + time % 1_000).dropFirst()
        terminal.note("\(count) entries in \(time / 1_000).\(digits) s, \(rate(now)) a second")
    }

    private func rate(_ now: Int64) -> Int64 {
        Int64(count) * 1_000 / max(now - began, 1)
    }
}
