// How a sink goes on, without a sink: every answer at chosen moments.

import ClawgressAuditService
import Testing

@Suite("a sink's course")
struct SinkCourseTests {
    private func course(next: Int = 0, downAfter: Int64 = 60_000) -> SinkCourse {
        SinkCourse(next: next, settings: SinkCourse.Settings(downAfter: downAfter))
    }

    @Test("goes on behind what was taken")
    func took() {
        var course = course(next: 5)
        course.took(3, upTo: 12)
        #expect(course.next == 12 && course.counts.sent == 3)
        #expect(course.pause(at: 0) == 0 && course.isUp)
    }

    @Test("pauses twice as long after each failure, up to a bound, and draws from the upper half")
    func backOff() {
        for (random, share) in [(UInt64(0), 2 as Int64), (.max, 1)] {
            var (course, now) = (course(), 0 as Int64)
            for expected in [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
                as [Int64]
            {
                // The greatest draw that gives all of the pause.
                let drawn = random == 0 ? 0 : UInt64(expected - expected / 2)
                course.fail(SinkProblem("down"), at: now, random: drawn)
                #expect(course.pause(at: now) == (share == 2 ? expected / 2 : expected))
                now += expected
                #expect(course.pause(at: now) == 0)
            }
            course.took(1, upTo: 1)
            course.fail(SinkProblem("down"), at: now, random: 0)
            #expect(course.pause(at: now) == 125)
        }
    }

    @Test("waits as long as it is asked to, within bounds")
    func retryAfter() {
        var course = course()
        for (asked, expected) in [(-5, 125), (60_000, 60_000), (9_000_000, 600_000)]
            as [(Int64, Int64)]
        {
            course.succeed()
            course.fail(SinkProblem("busy", .retry(after: asked)), at: 7, random: 0)
            #expect(course.pause(at: 7) == expected)
        }
    }

    @Test("stands still after a refusal until somebody says that it is mended")
    func halt() {
        var course = course(next: 9)
        course.fail(SinkProblem("no", .halt), at: 0, random: 0)
        #expect(course.isHalted && course.pause(at: 1 << 40) == nil && course.next == 9)
        course.resume()
        #expect(!course.isHalted && course.pause(at: 0) == 0 && !course.isUp)
    }

    @Test("raises its alert after its patience, at once for a refusal, and each time once")
    func alert() {
        var course = course(downAfter: 1_000)
        #expect(course.look(at: 0) == nil)
        course.fail(SinkProblem("down"), at: 100, random: 0)
        course.fail(SinkProblem("down"), at: 900, random: 0)
        #expect(course.look(at: 1_099) == nil)
        #expect(course.look(at: 1_100) == true && course.isDown)
        #expect(course.look(at: 5_000) == nil)
        course.took(1, upTo: 1)
        #expect(course.look(at: 5_001) == false && !course.isDown)
        course.fail(SinkProblem("no", .halt), at: 6_000, random: 0)
        #expect(course.look(at: 6_000) == true)
        course.resume()
        course.succeed()
        #expect(course.look(at: 6_001) == false)
    }

    @Test("goes back for what a lost connection may have lost, and never forward")
    func resend() {
        var course = course(next: 100)
        course.fail(SinkProblem("lost", resend: 40), at: 0, random: 0)
        #expect(course.next == 40)
        course.fail(SinkProblem("lost", resend: 70), at: 0, random: 0)
        #expect(course.next == 40)
    }

    @Test("counts what the log had no longer")
    func skip() {
        var course = course(next: 100)
        course.skip(to: 512)
        course.skip(to: 256)
        #expect(course.next == 512 && course.counts.skipped == 412)
    }
}
