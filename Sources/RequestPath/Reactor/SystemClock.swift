// The two clocks, read in one place: durations from the one that never jumps, timestamps from
// the one that people read.

import CLinux

/// The system's clocks.
public enum SystemClock {
    /// Nanoseconds of the monotonic clock.
    @inlinable
    public static func monotonicNanoseconds() -> UInt64 { readMonotonic() }

    @usableFromInline
    static func readMonotonic() -> UInt64 { cl_monotonic_nanoseconds() }

    /// Nanoseconds since 1970 UTC.
    public static func realtimeNanoseconds() -> UInt64 { cl_realtime_nanoseconds() }
}
