// Binding: one socket for each worker on each address, so that the kernel spreads agents.

import ClawgressBytes
import ClawgressDaemon
import ClawgressModel
import ClawgressReactor
import Synchronization

extension Gateway {
    /// Binds all listeners for all workers and starts the workers' threads.
    ///
    /// - Returns: the endpoints with the ports that were really bound.
    static func start(
        _ configuration: GatewayConfiguration,
        _ workers: [WorkerHandle],
        _ shared: GatewayShared,
        descriptors: Int
    ) throws(StartRefusal) -> [Endpoint] {
        let wanted = configuration.listeners.compactMap(Endpoint.init)
        var bound = wanted
        var tables: [ListenerTable] = []
        for _ in workers {
            let table = try bindAll(&bound)
            tables.append(table)
        }
        var own = bound
        if let admin = Endpoint(configuration.admin) { own.append(admin) }
        let selfAddresses = SelfAddresses(listening: own)
        for (number, handle) in workers.enumerated() {
            try startWorker(
                UInt8(number),
                handle,
                shared,
                tables[number],
                bound.count,
                selfAddresses,
                descriptors
            )
        }
        return bound
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
            defer { handle.hasEnded.store(true, ordering: .releasing) }
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
