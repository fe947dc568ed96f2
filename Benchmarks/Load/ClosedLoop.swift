// Closed loops: each client asks again as soon as it was answered. `plain`, `tunnel`, `bulk`
// keep their connections; `connect` makes a new one for each cycle.

import CLinux

/// Runs a fixed number of clients for a number of seconds.
final class ClosedLoop {
    enum Kind {
        case plain
        case tunnel
        case cycle
    }

    private let kind: Kind
    private let workload: Workload
    private let poll = Poll()
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    private var clients = DescriptorTable<Client>()
    /// The bytes of each client's request, made once: a generator that builds them anew leaves
    /// the proxy idle, and an idle proxy pays a wake-up for each request.
    private let requests: [[UInt8]]
    private var report: Report
    private let end: UInt64
    private let countMax: Int

    init(_ kind: Kind, _ arguments: Arguments, path: String) {
        self.kind = kind
        workload = Workload(arguments, path: path)
        report = Report(mode: arguments.mode)
        end = report.began + UInt64(arguments.number("seconds", default: 5)) * 1_000_000_000
        countMax = arguments.number("count", default: Int.max)
        let workload = self.workload
        let numbers = 0..<arguments.number("connections", default: 64)
        requests = numbers.map {
            kind == .plain ? workload.plainRequest($0) : workload.innerRequest($0)
        }
        for number in numbers { add(number) }
    }

    /// Runs to the end and reports.
    func run() {
        var now = report.began
        while now < end, report.count < countMax {
            poll.wait(nanoseconds: end - now) { descriptor in
                guard let client = clients[descriptor] else { return }
                step(client)
            }
            now = cl_monotonic_nanoseconds()
            if clients.isEmpty { break }
        }
        report.bytes += clients.open.reduce(0) { $0 + $1.bodyBytes }
        report.write()
    }

    private func add(_ number: Int) {
        guard report.errors < 1_000,
            let client = Client(workload, number: number, now: cl_monotonic_nanoseconds())
        else {
            report.errors += 1
            return
        }
        clients[client.descriptor] = client
        poll.watch(client.descriptor)
        if kind != .plain, let request = workload.connectRequest(number) {
            client.openTunnel(request)
        } else {
            ask(client)
        }
    }

    private func ask(_ client: Client) {
        if kind != .cycle { client.began = cl_monotonic_nanoseconds() }
        client.send(requests[client.number])
    }

    private func step(_ client: Client) {
        switch client.receive(room) {
        case .waiting: break
        case .opened: ask(client)
        case .answered: answered(client)
        case .failed:
            report.errors += 1
            replace(client)
        }
    }

    private func answered(_ client: Client) {
        report.count += 1
        report.latencies.add(cl_monotonic_nanoseconds() - client.began)
        if kind == .cycle {
            replace(client)
        } else {
            ask(client)
        }
    }

    private func replace(_ client: Client) {
        report.bytes += client.bodyBytes
        clients[client.descriptor] = nil
        add(client.number)
    }
}
