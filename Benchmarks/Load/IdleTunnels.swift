// Tunnels that nobody uses: opened, reported, held until standard input ends. Their price is
// the proxy's memory, which the caller reads meanwhile.

import CLinux
import Glibc

/// Opens and holds tunnels.
final class IdleTunnels {
    private static let inFlightMax = 64
    private let workload: Workload
    private let poll = Poll()
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    private var clients = DescriptorTable<Client>()
    private var opened = 0
    private var started = 0
    private let wanted: Int
    private var report: Report

    init(_ arguments: Arguments) {
        workload = Workload(arguments)
        wanted = arguments.number("tunnels", default: 2_000)
        report = Report(mode: arguments.mode)
    }

    /// Opens all tunnels, reports, and returns when standard input ends.
    func run() {
        let deadline = report.began + 60_000_000_000
        while opened + Int(report.errors) < wanted, cl_monotonic_nanoseconds() < deadline {
            while started < wanted, started - opened - Int(report.errors) < Self.inFlightMax {
                start()
            }
            poll.wait(nanoseconds: 100_000_000) { descriptor in
                guard let client = clients[descriptor] else { return }
                step(client)
            }
        }
        report.count = UInt64(opened)
        report.write()
        var byte: UInt8 = 0
        while Glibc.read(0, &byte, 1) > 0 {}
    }

    private func start() {
        let now = cl_monotonic_nanoseconds()
        guard let request = workload.connectRequest(started),
            let client = Client(workload, number: started, now: now)
        else { Arguments.fail("cannot open tunnel \(started)") }
        started += 1
        clients[client.descriptor] = client
        poll.watch(client.descriptor)
        client.openTunnel(request)
    }

    private func step(_ client: Client) {
        switch client.receive(room) {
        case .opened:
            opened += 1
            report.latencies.add(cl_monotonic_nanoseconds() - client.began)
        case .failed:
            report.errors += 1
            clients[client.descriptor] = nil
        case .waiting, .answered: break
        }
    }
}
