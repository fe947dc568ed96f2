// Binding: one socket for each worker on each address, so that the kernel spreads agents.

import ClawgressAlerts
import ClawgressBytes
import ClawgressDaemon
import ClawgressModel
import ClawgressReactor
import ClawgressShipping
import Synchronization

extension Gateway {
    /// Binds all listeners for all workers.
    ///
    /// Nobody is served yet, but whoever connects waits in the kernel's queue.
    ///
    /// - Returns: the endpoints with the ports that were really bound, and each worker's sockets.
    static func bind(
        _ configuration: GatewayConfiguration,
        _ workers: Int
    ) throws(StartRefusal) -> (endpoints: [Endpoint], tables: [ListenerTable]) {
        var bound = configuration.listeners.compactMap(Endpoint.init)
        var tables: [ListenerTable] = []
        for _ in 0..<workers {
            let table = try bindAll(&bound)
            tables.append(table)
        }
        return (bound, tables)
    }

    /// Starts the workers' threads, each with the listeners that were bound for it, and waits
    /// until all of them serve.
    static func start(
        _ workers: [WorkerHandle],
        _ configuration: GatewayConfiguration,
        _ shared: GatewayShared,
        _ listening: [Endpoint],
        _ tables: [ListenerTable],
        descriptors: Int
    ) throws(StartRefusal) {
        var own = listening
        if let admin = Endpoint(configuration.admin) { own.append(admin) }
        if let policy = configuration.controlPlane.flatMap({ Endpoint($0.address) }) {
            own.append(policy)
        }
        if let audit = configuration.audit.flatMap({ Endpoint($0.address) }) { own.append(audit) }
        // Nobody but the gateway has anything to tell whoever is told of its alerts.
        let told = configuration.alerts.webhook?.server
        if let told = told.flatMap({ Endpoint($0) }) { own.append(told) }
        let selfAddresses = SelfAddresses(listening: own)
        for (number, handle) in workers.enumerated() {
            try startWorker(
                UInt8(number),
                handle,
                shared,
                tables[number],
                listening.count,
                selfAddresses,
                descriptors
            )
        }
        for handle in workers {
            var answer: Bool?
            while answer == nil { answer = handle.started.wait(milliseconds: -1).first }
            guard answer == true else { throw StartRefusal("a worker cannot start") }
        }
    }

    /// Binds one worker's sockets; a port that the kernel chose is written back, so that the
    /// other workers share it.
    private static func bindAll(_ endpoints: inout [Endpoint]) throws(StartRefusal) -> ListenerTable
    {
        guard var table = SlotTable<ListeningSocket>(capacity: endpoints.count) else {
            throw StartRefusal("no memory for listeners")
        }
        for (place, endpoint) in endpoints.enumerated() {
            do throws(FileError) {
                let socket = try ListeningSocket.bind(endpoint.address, port: endpoint.port)
                endpoints[place] = Endpoint(address: endpoint.address, port: socket.port)
                table.open(place, socket)
            } catch {
                throw StartRefusal("cannot listen: \(error)")
            }
        }
        return ListenerTable(table)
    }

    private static func startWorker(
        _ number: UInt8,
        _ handle: WorkerHandle,
        _ shared: GatewayShared,
        _ listeners: ListenerTable,
        _ listenerCount: Int,
        _ selfAddresses: SelfAddresses,
        _ descriptors: Int
    ) throws(StartRefusal) {
        let started = LoopThread.start(name: "worker-\(number)") {
            defer {
                handle.hasEnded.store(true, ordering: .releasing)
                handle.started.post(false)
            }
            guard let table = listeners.take(),
                var worker = Worker(
                    number: number,
                    shared: shared,
                    handle: handle,
                    listeners: table,
                    listenerCount: listenerCount,
                    selfAddresses: selfAddresses,
                    descriptorsMax: descriptors,
                    now: SystemClock.monotonicNanoseconds()
                )
            else {
                shared.alerts.raise(.workerFailed, "a worker has no memory to start")
                return
            }
            worker.run()
        }
        guard started else { throw StartRefusal("no thread left for a worker") }
    }
}
