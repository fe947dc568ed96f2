// An open loop: requests begin when they are due, whether or not earlier ones were answered,
// and a latency counts from the moment its request was due (no coordinated omission).

import CLinux

/// Sends plain requests at a fixed rate.
final class OpenLoop {
    private let workload: Workload
    private let poll = Poll()
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    private var clients = DescriptorTable<Client>()
    private var requests: [[UInt8]] = []
    private var idle: [Client] = []
    private var overdue: [UInt64] = []
    private var report: Report
    private let interval: UInt64
    private let end: UInt64
    private let warm: UInt64

    init(_ arguments: Arguments) {
        workload = Workload(arguments)
        report = Report(mode: arguments.mode)
        interval = 1_000_000_000 / UInt64(max(1, arguments.number("rps", default: 2_000)))
        warm = report.began + 500_000_000
        end = warm + UInt64(arguments.number("seconds", default: 5)) * 1_000_000_000
        for number in 0..<arguments.number("connections", default: 64) {
            requests.append(workload.plainRequest(number))
            guard let client = Client(workload, number: number, now: report.began) else {
                Arguments.fail("cannot connect")
            }
            clients[client.descriptor] = client
            poll.watch(client.descriptor)
            idle.append(client)
        }
    }

    /// Runs to the end and reports.
    func run() {
        Poll.sharpenTimers()
        var due = report.began + interval
        while due < end {
            let now = cl_monotonic_nanoseconds()
            if now >= due {
                begin(due)
                due += interval
                continue
            }
            poll.wait(nanoseconds: due - now) { descriptor in
                guard let client = clients[descriptor] else { return }
                step(client)
            }
            if report.errors > 100 { break }
        }
        report.write()
    }

    private func begin(_ due: UInt64) {
        guard let client = idle.popLast() else {
            overdue.append(due)
            return
        }
        ask(client, due)
    }

    private func ask(_ client: Client, _ due: UInt64) {
        client.began = due
        client.send(requests[client.number])
    }

    private func step(_ client: Client) {
        switch client.receive(room) {
        case .waiting, .opened: break
        case .failed:
            report.errors += 1
            clients[client.descriptor] = nil
            idle.removeAll { $0 === client }
        case .answered:
            if client.began >= warm {
                report.count += 1
                report.latencies.add(cl_monotonic_nanoseconds() - client.began)
            }
            if overdue.isEmpty {
                idle.append(client)
            } else {
                ask(client, overdue.removeFirst())
            }
        }
    }
}
