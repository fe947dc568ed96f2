// The network side of an enrolled gateway: one stream, one fetch, reports in their order. It runs on
// the control plane's threads and only posts what happens to the thread that decides.

import ClawgressBundle
import ClawgressBundleStream
import ClawgressContract
import ClawgressMesh
import ClawgressReactor
import HTTPTypes
import Synchronization

/// Speaks with the policy service.
final class PolicyLink: Sendable {
    /// How long a stream's head, a bundle, or the taking of a report may take.
    private static let seconds: Double = 5

    private struct State {
        var stream: Task<Void, Never>?
        var speaker: Task<Void, Never>?
        var reports: AsyncStream<PolicyReport>.Continuation?
        var fetch: Task<Void, Never>?
    }

    private let client: MeshClient
    private let inbox: Mailbox<StreamEvent>
    private let state = Mutex(State())

    init(client: MeshClient, inbox: Mailbox<StreamEvent>) {
        self.client = client
        self.inbox = inbox
    }

    /// Opens the stream; ends what is left of the one before.
    func connect(_ attempt: UInt64) {
        disconnect()
        let (reports, continuation) = AsyncStream<PolicyReport>.makeStream(
            bufferingPolicy: .bufferingOldest(64)
        )
        let stream = Task { [client, inbox] in
            let reason = await Self.follow(client, inbox, attempt)
            await inbox.deliver(.lost(reason, attempt: attempt))
        }
        let speaker = Task { [client, inbox] in
            for await report in reports {
                if let problem = await Self.send(report, client) {
                    await inbox.deliver(.lost(problem, attempt: attempt))
                }
            }
        }
        state.withLock {
            $0.stream = stream
            $0.speaker = speaker
            $0.reports = continuation
        }
    }

    /// Closes the stream; nothing more is said on it.
    func disconnect() {
        state.withLock {
            $0.stream?.cancel()
            $0.speaker?.cancel()
            $0.reports?.finish()
            $0.stream = nil
            $0.speaker = nil
            $0.reports = nil
        }
    }

    /// Says something, after all that was said before.
    func report(_ report: PolicyReport, _ attempt: UInt64) {
        let result = state.withLock { $0.reports?.yield(report) }
        guard case .dropped? = result else { return }
        inbox.post(.lost("reports are not taken fast enough", attempt: attempt))
    }

    /// Fetches a bundle.
    func fetch(_ reference: BundleReference) {
        let task = Task { [client, inbox] in
            let event = await Self.bundle(reference, client)
            // One that is asked for no more is answered by nobody. The answer must not be lost: nothing
            // else would be fetched before another bundle is decided.
            if !Task.isCancelled { await inbox.deliver(event) }
        }
        state.withLock {
            $0.fetch?.cancel()
            $0.fetch = task
        }
    }

    /// Asks for no bundle any more.
    func cancelFetch() {
        state.withLock {
            $0.fetch?.cancel()
            $0.fetch = nil
        }
    }

    /// Reads lines until there are no more.
    ///
    /// - Returns: why.
    private static func follow(
        _ client: MeshClient,
        _ inbox: Mailbox<StreamEvent>,
        _ attempt: UInt64
    ) async -> String {
        do {
            let stream = try await client.lines(
                MeshRequest(.get, PolicyPaths.stream),
                seconds: seconds
            )
            guard stream.status == 200 else {
                return "the policy service answers the stream with status \(stream.status)"
            }
            for try await bytes in stream {
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    return "the policy service sent a line that is not valid UTF-8"
                }
                guard inbox.post(.line(text, attempt: attempt)) else {
                    return "the policy service sent lines faster than they are read"
                }
            }
            return "the policy service closed the stream"
        } catch {
            return "the policy service: \(error)"
        }
    }

    /// - Returns: why it was not taken.
    private static func send(_ report: PolicyReport, _ client: MeshClient) async -> String? {
        do throws(MeshError) {
            let request = MeshRequest(.post, PolicyPaths.reports, body: Array(report.text.utf8))
            let answer = try await client.send(request, seconds: seconds)
            guard !(200..<300).contains(answer.status) else { return nil }
            return "the policy service answers a report with status \(answer.status)"
        } catch {
            return "the policy service: \(error)"
        }
    }

    private static func bundle(
        _ reference: BundleReference,
        _ client: MeshClient
    ) async -> StreamEvent {
        let path = PolicyPaths.bundle(epoch: reference.epoch, serial: reference.serial)
        let reason: String
        do throws(MeshError) {
            let answer = try await client.send(MeshRequest(.get, path), seconds: seconds)
            if answer.status == 200 { return .fetched(reference, answer.body) }
            reason = "the policy service answers `\(path)` with status \(answer.status)"
        } catch {
            reason = "the policy service: \(error)"
        }
        return .fetchFailed(
            reference,
            StreamRefusal(code: "bundle_not_fetched", reason: reason)
        )
    }
}
