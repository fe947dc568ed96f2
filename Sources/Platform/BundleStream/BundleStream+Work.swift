// From what was heard to what is served: fetching, preparing, activating, going back.

import ClawgressBundle
import ClawgressContract

extension BundleStream {
    /// What the clock alone brings about.
    mutating func passTime(_ moment: StreamMoment, _ actions: inout [StreamAction]) {
        switch link {
        case .waiting(let until):
            guard until <= moment.monotonic else { break }
            attempts += 1
            link = .open(
                attempt: attempts,
                isWelcome: false,
                heard: moment.monotonic,
                nextState: .max
            )
            actions.append(.connect(attempt: attempts))
        case .open(let attempt, let isWelcome, let heard, let nextState):
            guard moment.monotonic - heard < settings.silence else {
                return giveUp("nothing was heard for too long", moment, &actions)
            }
            // A gateway that became ready says so at once.
            guard isWelcome, nextState <= moment.monotonic || isReady(moment) != saidReady else {
                break
            }
            link = .open(
                attempt: attempt,
                isWelcome: true,
                heard: heard,
                nextState: moment.monotonic + settings.heartbeat
            )
            actions.append(.report(state(moment), attempt: attempt))
        }
        expire(moment, &actions)
    }

    /// Goes back from a bundle that nobody confirmed in time.
    private mutating func expire(_ moment: StreamMoment, _ actions: inout [StreamAction]) {
        guard storing == nil, let active, let end = active.confirmBy, end <= moment.wall else {
            return
        }
        guard active.hasEarlier else {
            guard overdue != active.reference else { return }
            overdue = active.reference
            actions.append(.complain(.confirmOverdue(active.reference)))
            return
        }
        storing = active.reference
        actions.append(.revert)
    }

    /// Begins what is to be done next, if nothing is being done.
    mutating func work(_ moment: StreamMoment, _ actions: inout [StreamAction]) {
        if let fetching, fetching != wanted, fetching != offered || wanted != nil {
            self.fetching = nil
            actions.append(.cancelFetch)
        }
        guard storing == nil, fetching == nil else { return }
        if let wanted {
            if prepared == wanted {
                storing = wanted
                actions.append(.activatePrepared(wanted))
            } else if fetchAfter <= moment.monotonic {
                fetching = wanted
                actions.append(.fetch(wanted))
            }
        } else if let offered {
            fetching = offered
            actions.append(.fetch(offered))
        }
    }

    /// Bytes came.
    mutating func take(
        _ reference: BundleReference,
        _ bytes: [UInt8],
        _ actions: inout [StreamAction]
    ) {
        guard fetching == reference else { return }
        fetching = nil
        fetchFailures = 0
        if reference == wanted {
            storing = reference
            actions.append(.adopt(reference, bytes))
        } else if reference == offered {
            storing = reference
            actions.append(.prepare(reference, bytes))
        }
    }

    /// No bytes came: what was decided is tried again, what was offered is refused.
    mutating func missed(
        _ reference: BundleReference,
        _ why: StreamRefusal,
        _ moment: StreamMoment,
        _ actions: inout [StreamAction]
    ) {
        guard fetching == reference else { return }
        fetching = nil
        problem = why.reason
        if reference == wanted {
            fetchAfter = moment.monotonic + pause(after: fetchFailures, moment.random)
            fetchFailures += 1
            actions.append(.complain(.behind(reference, why)))
        } else if reference == offered {
            offered = nil
        }
        if let welcomed { actions.append(.report(reference.refused(why), attempt: welcomed)) }
    }

    /// A bundle is prepared.
    mutating func hold(_ reference: BundleReference, _ actions: inout [StreamAction]) {
        guard storing == reference else { return }
        storing = nil
        problem = nil
        prepared = reference
        guard offered == reference else { return }
        offered = nil
        if let welcomed { actions.append(.report(reference.prepared, attempt: welcomed)) }
    }

    /// A bundle was not taken.
    mutating func refuse(
        _ reference: BundleReference,
        _ why: StreamRefusal,
        _ actions: inout [StreamAction]
    ) {
        guard storing == reference else { return }
        storing = nil
        refusal = (reference, why)
        if offered == reference { offered = nil }
        if wanted == reference {
            wanted = nil
            actions.append(.complain(.behind(reference, why)))
        }
        if let welcomed { actions.append(.report(reference.refused(why), attempt: welcomed)) }
    }

    /// A bundle is served.
    mutating func serve(_ standing: StandingBundle, _ actions: inout [StreamAction]) {
        guard storing == standing.reference else { return }
        storing = nil
        refusal = nil
        problem = nil
        reverted = nil
        active = standing
        let order = standing.reference.order
        highest = max(highest ?? order, order)
        if let wanted, wanted.order <= order { self.wanted = nil }
        if let offered, offered.order <= order { self.offered = nil }
        if let prepared, prepared.order <= order {
            self.prepared = nil
            // The prepared one itself became the one that is served.
            if prepared != standing.reference { actions.append(.dropPrepared) }
        }
        if let welcomed {
            actions.append(.report(standing.reference.activated, attempt: welcomed))
        }
    }

    /// What was prepared is gone; it is fetched again if it was decided.
    mutating func forget(_ reference: BundleReference) {
        guard storing == reference else { return }
        storing = nil
        prepared = nil
    }

    /// A key set is in force.
    mutating func trust(
        _ version: Int64,
        _ stands: Bool,
        _ moment: StreamMoment,
        _ actions: inout [StreamAction]
    ) {
        if !stands, prepared != nil {
            prepared = nil
            actions.append(.dropPrepared)
        }
        guard version != keySetVersion else { return }
        keySetVersion = version
        refusal = nil
        if let latest, mayServe(latest) { wanted = latest }
        if let welcomed { actions.append(.report(state(moment), attempt: welcomed)) }
    }

    /// The state folder takes something no more, or has everything again: said at once, for a
    /// restart would serve what is older.
    mutating func note(
        unwritten problem: String?,
        _ moment: StreamMoment,
        _ actions: inout [StreamAction]
    ) {
        guard unwritten != problem else { return }
        unwritten = problem
        if let welcomed { actions.append(.report(state(moment), attempt: welcomed)) }
    }

    /// What was served before cannot be served: there is nothing to go back to.
    mutating func stay() {
        storing = nil
        active = active.map {
            StandingBundle($0.reference, confirmBy: $0.confirmBy, hasEarlier: false)
        }
    }

    /// What was served before is served again.
    mutating func goneBack(
        _ standing: StandingBundle,
        _ order: BundleOrder,
        _ moment: StreamMoment,
        _ actions: inout [StreamAction]
    ) {
        storing = nil
        active = standing
        reverted = order
        highest = max(highest ?? order, order)
        if let welcomed { actions.append(.report(state(moment), attempt: welcomed)) }
    }
}
