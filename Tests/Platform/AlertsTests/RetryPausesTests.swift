// When telling is tried again, at chosen moments.

import ClawgressAlerts
import Testing

@Suite("telling of alerts")
struct RetryPausesTests {
    @Test("pauses twice as long after each failure, up to a minute")
    func backOff() {
        let pauses = RetryPauses()
        let all = (1...10).map { pauses.after(failures: $0, asked: nil, random: 0) }
        #expect(all == [125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
        #expect(pauses.after(failures: 1, asked: nil, random: 125) == 250)
        #expect(pauses.after(failures: .max, asked: nil, random: 0) == 30_000)
        #expect(pauses.after(failures: 1, asked: 9_000, random: 0) == 9_000)
        #expect(pauses.after(failures: 1, asked: .max, random: 0) == 600_000)
        #expect(pauses.after(failures: 1, asked: -1, random: 0) == 125)
    }

    @Test("goes on after any answer, and says each problem once")
    func course() {
        var course = TellingCourse()
        #expect(course.mayTry(at: 0))
        let broken = WebhookProblem("broken")
        var isNew = course.fail(broken, at: 0, random: 0)
        #expect(isNew && !course.mayTry(at: 124) && course.mayTry(at: 125))
        isNew = course.fail(broken, at: 125, random: 0)
        #expect(!isNew && !course.mayTry(at: 374) && course.mayTry(at: 375))
        isNew = course.fail(WebhookProblem("busy", .later(after: 5_000)), at: 375, random: 0)
        #expect(isNew && !course.mayTry(at: 5_374) && course.mayTry(at: 5_375))
        #expect(course.failures == 3 && course.problem == "busy")
        course.succeed()
        #expect(course.mayTry(at: 376) && course.problem == nil && course.failures == 3)
        isNew = course.fail(broken, at: 376, random: 0)
        #expect(isNew && !course.mayTry(at: 377))
        // Who refuses one note is there for the others.
        course.refuse()
        #expect(course.mayTry(at: 377) && course.failures == 5)
    }
}
