// The time between "allowed" and "connected": the name, the addresses to try, and the bytes
// that wait for a connection. It exists only for that time; a tunnel's goes on until its
// ClientHello was held against the name and no second one is to come.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import ClawgressPolicy

/// A way to an origin that is being found.
struct Dial: ~Copyable {
    /// The table token of the agent's connection.
    let agent: UInt64
    /// The configuration by which the request is allowed; nil for a second try, whose address was
    /// chosen before.
    private(set) var snapshot: GatewaySnapshot?
    /// What policy is asked about each address.
    let question: Question
    /// The question's texts.
    let texts: [UInt8]
    /// What must flow in its tunnel, by the policy that allows it now.
    private(set) var content: Policy.TunnelContent
    /// What becomes of an encrypted ClientHello there, by the policy that allows it now.
    private(set) var ech: Policy.EncryptedHello
    /// The rewritten request head; empty for a tunnel.
    var head: ByteQueue
    /// Allowed addresses, in the order to try.
    var addresses: [IPAddress] = []
    /// The place of the next address to try.
    var next = 0
    /// How much of a tunnel's ClientHello was read.
    var hello = ClientHelloReader()
    /// What is known about a second one.
    var retry = HelloRetry()
    /// Whether the server asked for a second one, of which ``hello`` then tells.
    private(set) var awaitsSecondHello = false

    init(
        agent: UInt64,
        snapshot: GatewaySnapshot,
        policy: Int32,
        question: Question,
        texts: Span<UInt8>,
        headEnd: Int
    ) {
        self.agent = agent
        self.snapshot = snapshot
        content = snapshot.policy.tlsContent(policy)
        ech = snapshot.policy.encryptedHello(policy)
        (self.question, self.texts) = question.detached(from: texts)
        head = ByteQueue()
        if !question.isTunnel { head.append(texts, 0..<headEnd) }
    }

    /// Goes on under a later configuration, in which the policy at `ordinal` allows the request.
    mutating func adopt(_ next: GatewaySnapshot, policy ordinal: Int32) {
        snapshot = next
        content = next.policy.tlsContent(ordinal)
        ech = next.policy.encryptedHello(ordinal)
    }

    /// The server has asked for a second ClientHello.
    mutating func expectSecondHello() {
        awaitsSecondHello = true
        hello = ClientHelloReader()
    }

    /// A second try to an address that was chosen before.
    init(agent: UInt64, again address: IPAddress, head: consuming ByteQueue) {
        self.agent = agent
        snapshot = nil
        content = .require
        ech = .refuse
        question = Question()
        texts = []
        self.head = head
        addresses = [address]
    }
}
