// The resolver's thread: waits for questions and for name servers, and hands answers out.

import CAres
import CLinux
import ClawgressModel

/// The loop around one c-ares channel.
///
/// Lives on one thread only.
final class ResolverLoop {
    /// A question that c-ares works on; retained by the pointer that c-ares carries.
    private final class Pending {
        let question: Resolver.Question
        unowned let loop: ResolverLoop
        init(_ question: Resolver.Question, _ loop: ResolverLoop) {
            self.question = question
            self.loop = loop
        }
    }

    private var channel: ResolverChannel
    private let questionsMax: Int
    private var underWay = 0

    init(channel: ResolverChannel, questionsMax: Int) {
        self.channel = channel
        self.questionsMax = questionsMax
    }

    /// Works for good.
    ///
    /// - Parameter takeNext: takes the channel that is to be used from now on, if there is one.
    func run(_ orders: Mailbox<Resolver.Order>, takeNext: () -> ResolverChannel?) -> Never {
        while true {
            let waiting = waitForWork(orders)
            if let next = takeNext() { change(to: next) }
            for case .ask(let question) in waiting { ask(question) }
        }
    }

    /// Uses another channel; closing the old one gives back what is under way, which is asked anew.
    private func change(to next: ResolverChannel) {
        let old = channel
        channel = next
        old.destroy()
    }

    private func ask(_ question: Resolver.Question) {
        guard underWay < questionsMax else {
            question.answer(Resolution(host: question.host, result: .failure(.overloaded)))
            return
        }
        underWay += 1
        var hints = ares_addrinfo_hints()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        let name = String(decoding: question.host, as: UTF8.self)
        let context = Unmanaged.passRetained(Pending(question, self)).toOpaque()
        ares_getaddrinfo(
            channel.pointer,
            name,
            nil,
            &hints,
            { context, status, _, list in
                guard let context else { return }
                let pending = Unmanaged<Pending>.fromOpaque(context).takeRetainedValue()
                pending.loop.underWay -= 1
                if status == cares_destroyed { return pending.loop.ask(pending.question) }
                let result = ResolverLoop.read(status, list)
                if let list { ares_freeaddrinfo(list) }
                pending.question.answer(Resolution(host: pending.question.host, result: result))
            },
            context
        )
    }

    private static func read(
        _ status: Int32,
        _ list: UnsafeMutablePointer<ares_addrinfo>?
    ) -> Result<(addresses: [IPAddress], timeToLive: UInt32), ResolutionFailure> {
        switch status {
        case cares_success: break
        case cares_not_found, cares_no_data, cares_bad_name:
            return .failure(.notFound)
        case cares_timed_out: return .failure(.timedOut)
        default: return .failure(.failed)
        }
        var addresses: [IPAddress] = []
        var timeToLive = Int32.max
        var node = list?.pointee.nodes
        // Sixteen addresses are plenty to try, and a bound on what an answer can cost.
        while let entry = node?.pointee, addresses.count < 16 {
            if let raw = entry.ai_addr { append(raw, entry.ai_addrlen, to: &addresses) }
            timeToLive = min(timeToLive, max(entry.ai_ttl, 0))
            node = entry.ai_next
        }
        if addresses.isEmpty { return .failure(.notFound) }
        return .success((addresses, timeToLive == .max ? 0 : UInt32(timeToLive)))
    }

    private static func append(
        _ raw: UnsafeMutablePointer<sockaddr>,
        _ length: ares_socklen_t,
        to list: inout [IPAddress]
    ) {
        var address = SocketAddress()
        address.fill { room, size in
            let count = min(Int(length), Int(size.pointee))
            UnsafeMutableRawPointer(room).copyMemory(from: raw, byteCount: count)
        }
        let value = address.address
        if !list.contains(value) { list.append(value) }
    }

    /// Sleeps until a question or a name server's answer is there, and lets c-ares work.
    private func waitForWork(_ orders: Mailbox<Resolver.Order>) -> [Resolver.Order] {
        let channel = self.channel.pointer
        var sockets = [ares_socket_t](repeating: -1, count: Int(ARES_GETSOCK_MAXNUM))
        let mask = UInt32(bitPattern: ares_getsock(channel, &sockets, ARES_GETSOCK_MAXNUM))
        var entries = [pollfd(fd: orders.descriptor.number, events: Int16(POLLIN), revents: 0)]
        for index in 0..<Int(ARES_GETSOCK_MAXNUM) {
            let readable = mask >> UInt32(index) & 1 == 1
            let writable = mask >> UInt32(index + Int(ARES_GETSOCK_MAXNUM)) & 1 == 1
            guard readable || writable else { continue }
            let events = (readable ? POLLIN : 0) | (writable ? POLLOUT : 0)
            entries.append(pollfd(fd: sockets[index], events: Int16(events), revents: 0))
        }
        poll(&entries, nfds_t(entries.count), pollMilliseconds())
        for entry in entries.dropFirst() {
            let read = entry.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0
            let written = entry.revents & Int16(POLLOUT) != 0
            ares_process_fd(channel, read ? entry.fd : -1, written ? entry.fd : -1)
        }
        // With no descriptor at all this is what makes c-ares look at its timeouts.
        ares_process_fd(channel, -1, -1)
        return entries[0].revents != 0 ? orders.takeAll() : []
    }

    private func pollMilliseconds() -> Int32 {
        guard underWay > 0 else { return -1 }
        var chosen = timeval()
        // The result points to `chosen`, or nowhere; the value is read from the variable.
        guard ares_timeout(channel.pointer, nil, &chosen) != nil else { return 1_000 }
        return Int32(min(chosen.tv_sec * 1_000 + chosen.tv_usec / 1_000 + 1, 1_000))
    }
}
