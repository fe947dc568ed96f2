// What the policy service says, and what is said to it.

import ClawgressBundle
import ClawgressContract

extension BundleStream {
    /// A line, if it belongs to the connection of now.
    mutating func hear(
        _ text: String,
        _ attempt: UInt64,
        _ moment: StreamMoment,
        _ actions: inout [StreamAction]
    ) {
        guard case .open(attempt, let isWelcome, _, let nextState) = link else { return }
        guard text.utf8.count <= settings.lineBytesMax else {
            return giveUp("a line is longer than \(settings.lineBytesMax) bytes", moment, &actions)
        }
        let line: PolicyStreamLine
        do throws(PolicyMessageError) {
            line = try PolicyStreamLine(parsing: text)
        } catch {
            switch error {
            // Of a newer peer; it lives, and that is all that is understood.
            case .unknownType(let type):
                actions.append(.complain(.misunderstood("a line has the unknown type `\(type)`")))
            case .malformed(let problem):
                return giveUp("a line is malformed: \(problem)", moment, &actions)
            }
            link = .open(
                attempt: attempt,
                isWelcome: isWelcome,
                heard: moment.monotonic,
                nextState: nextState
            )
            return
        }
        if case .welcome(let latest, let keySet) = line {
            guard !isWelcome else { return giveUp("a second welcome", moment, &actions) }
            return welcome(latest, keySet, attempt, moment, &actions)
        }
        guard isWelcome else { return giveUp("no welcome came first", moment, &actions) }
        link = .open(
            attempt: attempt,
            isWelcome: true,
            heard: moment.monotonic,
            nextState: nextState
        )
        lastHeard = moment.wall
        follow(line, attempt, &actions)
    }

    private mutating func welcome(
        _ latest: BundleReference?,
        _ keySet: String,
        _ attempt: UInt64,
        _ moment: StreamMoment,
        _ actions: inout [StreamAction]
    ) {
        failures = 0
        problem = nil
        lastHeard = moment.wall
        link = .open(
            attempt: attempt,
            isWelcome: true,
            heard: moment.monotonic,
            nextState: moment.monotonic + settings.heartbeat
        )
        // The keys first: the bundles that follow may be signed with a new one.
        actions.append(.keepKeySet(keySet))
        actions.append(.report(state(moment), attempt: attempt))
        // Each connection tries once more what was refused before.
        refusal = nil
        self.latest = latest
        guard let latest else { return }
        if let prepared, prepared.order < latest.order {
            self.prepared = nil
            actions.append(.dropPrepared)
        }
        if mayServe(latest) { wanted = latest }
    }

    private mutating func follow(
        _ line: PolicyStreamLine,
        _ attempt: UInt64,
        _ actions: inout [StreamAction]
    ) {
        switch line {
        case .welcome, .ping: break
        case .keySet(let text): actions.append(.keepKeySet(text))
        case .prepare(let reference): offer(reference, attempt, &actions)
        case .activate(let reference): decide(reference, attempt, &actions)
        case .abort(let epoch, let serial):
            abandon(BundleOrder(epoch: epoch, serial: serial), &actions)
        }
    }

    private mutating func offer(
        _ reference: BundleReference,
        _ attempt: UInt64,
        _ actions: inout [StreamAction]
    ) {
        if prepared == reference {
            actions.append(.report(reference.prepared, attempt: attempt))
            return
        }
        guard mayServe(reference) else {
            let why = StreamRefusal(
                code: "bundle_not_newer",
                reason: "the bundle is \(reference.order), which is not higher than what this "
                    + "gateway activated before"
            )
            actions.append(.report(reference.refused(why), attempt: attempt))
            return
        }
        if let refusal, refusal.reference == reference {
            actions.append(.report(reference.refused(refusal.why), attempt: attempt))
            return
        }
        offered = reference
    }

    private mutating func decide(
        _ reference: BundleReference,
        _ attempt: UInt64,
        _ actions: inout [StreamAction]
    ) {
        if latest.map({ $0.order < reference.order }) ?? true { latest = reference }
        if active?.reference == reference {
            actions.append(.report(reference.activated, attempt: attempt))
            return
        }
        guard mayServe(reference), wanted.map({ $0.order <= reference.order }) ?? true else {
            return
        }
        if let refusal, refusal.reference == reference {
            actions.append(.report(reference.refused(refusal.why), attempt: attempt))
            return
        }
        if offered == reference { offered = nil }
        if wanted != reference { fetchAfter = 0 }
        wanted = reference
    }

    private mutating func abandon(_ order: BundleOrder, _ actions: inout [StreamAction]) {
        if offered?.order == order { offered = nil }
        guard prepared?.order == order else { return }
        prepared = nil
        actions.append(.dropPrepared)
    }

    /// The connection ended by itself.
    mutating func lose(
        _ reason: String,
        _ attempt: UInt64,
        _ moment: StreamMoment,
        _ actions: inout [StreamAction]
    ) {
        guard case .open(attempt, _, _, _) = link else { return }
        part(reason, moment, &actions)
    }

    /// Ends a connection that cannot be followed.
    mutating func giveUp(
        _ reason: String,
        _ moment: StreamMoment,
        _ actions: inout [StreamAction]
    ) {
        guard case .open(let attempt, _, _, _) = link else { return }
        actions.append(.disconnect(attempt: attempt))
        actions.append(.complain(.misunderstood(reason)))
        part(reason, moment, &actions)
    }

    private mutating func part(
        _ reason: String,
        _ moment: StreamMoment,
        _ actions: inout [StreamAction]
    ) {
        actions.append(.complain(.disconnected(reason)))
        problem = reason
        link = .waiting(until: moment.monotonic + pause(after: failures, moment.random))
        failures += 1
        // Whoever waited for this answer has given it up with the connection.
        offered = nil
    }

    /// A pause that doubles with each failure, between half of it and all of it by chance, so
    /// that gateways do not all come back at the same moment.
    func pause(after failures: Int, _ random: UInt64) -> Int64 {
        let bounds = settings.pause
        let whole = min(bounds.upperBound, bounds.lowerBound << Int64(min(failures, 16)))
        return whole / 2 + Int64(random % UInt64(whole - whole / 2 + 1))
    }

    /// Whether agents may be sent here.
    func isReady(_ moment: StreamMoment) -> Bool { moment.isServing && isSettled }

    /// The report of where the gateway stands.
    mutating func state(_ moment: StreamMoment) -> PolicyReport {
        saidReady = isReady(moment)
        return .state(
            GatewayReportedState(
                bootID: bootID,
                active: active?.reference,
                prepared: prepared,
                ready: saidReady,
                keySetVersion: keySetVersion,
                productVersion: productVersion,
                revertedSerial: reverted?.serial,
                problem: whatIsWrong
            )
        )
    }
}

extension BundleReference {
    var prepared: PolicyReport { .prepared(epoch: epoch, serial: serial) }

    var activated: PolicyReport { .activated(epoch: epoch, serial: serial) }

    func refused(_ why: StreamRefusal) -> PolicyReport {
        .refused(epoch: epoch, serial: serial, code: why.code, reason: why.reason)
    }
}
