// The result: one line of JSON on standard output.

import CLinux
import Glibc

/// What a run saw.
struct Report {
    let mode: String
    var count: UInt64 = 0
    var errors: UInt64 = 0
    var bytes = 0
    var began = cl_monotonic_nanoseconds()
    var latencies = Histogram()

    /// Writes the line.
    func write() {
        let seconds = Double(cl_monotonic_nanoseconds() - began) / 1e9
        let rate = seconds > 0 ? Double(count) / seconds : 0
        let line =
            "{\"mode\":\"\(mode)\",\"count\":\(count),\"errors\":\(errors),\"bytes\":\(bytes),"
            + "\"seconds\":\(seconds),\"per_second\":\(rate),"
            + "\"p50_us\":\(latencies.microseconds(at: 0.50)),"
            + "\"p95_us\":\(latencies.microseconds(at: 0.95)),"
            + "\"p99_us\":\(latencies.microseconds(at: 0.99))}\n"
        _ = line.withCString { Glibc.write(1, $0, strlen($0)) }
    }
}
