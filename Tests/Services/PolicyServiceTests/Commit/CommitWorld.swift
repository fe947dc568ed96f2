// A model of everything around the coordinator: gateways with their disks, streams that break,
// the service's own disk, and a service that is killed. Small enough to visit every state of it.

import ClawgressContract
import ClawgressPolicyService

/// One state of the coordinator and all that it talks to.
struct CommitWorld: Hashable {
    struct Gateway: Hashable {
        var active = CommitWorld.old
        var prepared: BundleReference?
        var isConnected = true
        /// Lines on their way to it.
        var inbox: [PolicyStreamLine] = []
        /// Reports on their way to the service.
        var outbox: [Report] = []
        var lossesLeft: Int
    }

    enum Report: Hashable {
        case prepared, refused, activated
    }

    enum Recording: Hashable {
        case idle, underWay, onDisk
    }

    static let old = BundleReference(epoch: 1, serial: 1, revision: "sha256:old")
    static let new = BundleReference(epoch: 1, serial: 2, revision: "sha256:new")

    var machine = CommitMachine(latest: Self.old)
    var disk = Publication.State.preparing
    var recording = Recording.idle
    var answer: CommitOutcome?
    var gateways: [Gateway]
    var restartsLeft: Int
    let mayRefuse: Bool

    init(gateways count: Int, losses: Int, restarts: Int, mayRefuse: Bool) {
        gateways = Array(repeating: Gateway(lossesLeft: losses), count: count)
        restartsLeft = restarts
        self.mayRefuse = mayRefuse
        for place in gateways.indices { connect(place) }
        take(.begin(Self.new, required: Set(gateways.indices.map(Self.name))))
    }

    static func name(_ place: Int) -> String { "gw-\(place)" }

    var latest: BundleReference { disk == .decided ? Self.new : Self.old }

    /// What is wrong in this state; nil if nothing is.
    var violation: String? {
        if disk != .decided, gateways.contains(where: { $0.active == Self.new }) {
            return "a gateway serves what is not decided"
        }
        if answer == .decided, disk != .decided { return "answered decided, and it is not" }
        if case .aborted? = answer, disk != .aborted { return "answered aborted, and it is not" }
        return nil
    }

    // MARK: What can happen next

    /// Every state that may follow this one.
    func successors() -> [CommitWorld] {
        var next: [CommitWorld] = []
        func add(_ change: (inout CommitWorld) -> Void) {
            var world = self
            change(&world)
            next.append(world)
        }
        for place in gateways.indices {
            let gateway = gateways[place]
            guard gateway.isConnected else {
                add { $0.connect(place) }
                continue
            }
            if case .prepare? = gateway.inbox.first, mayRefuse {
                add { $0.readLine(place, agrees: false) }
            }
            if !gateway.inbox.isEmpty { add { $0.readLine(place, agrees: true) } }
            if !gateway.outbox.isEmpty { add { $0.readReport(place) } }
            if gateway.lossesLeft > 0 { add { $0.lose(place) } }
        }
        switch recording {
        case .idle: break
        case .underWay: add { $0.reachDisk() }
        case .onDisk: add { $0.finishRecording() }
        }
        if machine.isBusy { add { $0.runOutOfTime() } }
        if restartsLeft > 0 { add { $0.restart() } }
        return next
    }

    /// The state when everybody is back, every line is read and nobody fails any more.
    func settled() -> CommitWorld {
        var world = self
        for place in world.gateways.indices where !world.gateways[place].isConnected {
            world.connect(place)
        }
        while let step = world.quietStep() { step(&world) }
        // What a gateway says every three seconds.
        for place in world.gateways.indices {
            world.take(.reported(gateway: Self.name(place), world.standing(place)))
        }
        while let step = world.quietStep() { step(&world) }
        return world
    }

    private func quietStep() -> ((inout CommitWorld) -> Void)? {
        for place in gateways.indices {
            if !gateways[place].inbox.isEmpty { return { $0.readLine(place, agrees: true) } }
            if !gateways[place].outbox.isEmpty { return { $0.readReport(place) } }
        }
        switch recording {
        case .underWay: return { $0.reachDisk() }
        case .onDisk: return { $0.finishRecording() }
        case .idle: return machine.isBusy ? { $0.runOutOfTime() } : nil
        }
    }

    // MARK: The events

    private func standing(_ place: Int) -> Standing {
        Standing(active: gateways[place].active, prepared: gateways[place].prepared)
    }

    private mutating func connect(_ place: Int) {
        gateways[place].isConnected = true
        take(.connected(gateway: Self.name(place), standing(place)))
    }

    private mutating func lose(_ place: Int) {
        gateways[place].lossesLeft -= 1
        gateways[place].isConnected = false
        gateways[place].inbox = []
        gateways[place].outbox = []
        take(.lost(gateway: Self.name(place)))
    }

    private mutating func readLine(_ place: Int, agrees: Bool) {
        switch gateways[place].inbox.removeFirst() {
        case .prepare(let bundle):
            if agrees { gateways[place].prepared = bundle }
            gateways[place].outbox.append(agrees ? .prepared : .refused)
        case .activate(let bundle):
            if bundle > gateways[place].active { gateways[place].active = bundle }
            if gateways[place].prepared == bundle { gateways[place].prepared = nil }
            if bundle == Self.new { gateways[place].outbox.append(.activated) }
        case .abort(let epoch, let serial):
            if let prepared = gateways[place].prepared, prepared.epoch == epoch,
                prepared.serial == serial
            {
                gateways[place].prepared = nil
            }
        case .welcome, .keySet, .ping: break
        }
    }

    private mutating func readReport(_ place: Int) {
        let (name, bundle) = (Self.name(place), Self.new)
        switch gateways[place].outbox.removeFirst() {
        case .prepared:
            take(.prepared(gateway: name, epoch: bundle.epoch, serial: bundle.serial))
        case .activated:
            take(.activated(gateway: name, epoch: bundle.epoch, serial: bundle.serial))
        case .refused:
            let refusal = Refusal(code: "content_refused", reason: "it does not compile")
            take(.refused(gateway: name, epoch: bundle.epoch, serial: bundle.serial, refusal))
        }
    }

    private mutating func reachDisk() {
        disk = .decided
        recording = .onDisk
    }

    private mutating func finishRecording() {
        recording = .idle
        take(.recorded(Self.new))
    }

    private mutating func runOutOfTime() {
        take(.prepareTimeOver(Self.new))
        take(.activateTimeOver(Self.new))
    }

    /// The service is killed, and every stream with it; what it had not written is gone.
    private mutating func restart() {
        restartsLeft -= 1
        recording = .idle
        let recovery = CommitRecovery([.init(Self.old, .decided), .init(Self.new, disk)])
        if recovery.undecided == [Self.new] { disk = .aborted }
        machine = CommitMachine(latest: recovery.latest)
        for place in gateways.indices {
            gateways[place].isConnected = false
            gateways[place].inbox = []
            gateways[place].outbox = []
        }
    }

    private mutating func take(_ event: CommitEvent) {
        for action in machine.handle(event) {
            switch action {
            case .send(let gateway, let line):
                for place in gateways.indices where Self.name(place) == gateway {
                    if gateways[place].isConnected { gateways[place].inbox.append(line) }
                }
            case .recordDecision: recording = .underWay
            case .recordAbort: disk = .aborted
            case .answer(_, let outcome): answer = outcome
            }
        }
    }
}
