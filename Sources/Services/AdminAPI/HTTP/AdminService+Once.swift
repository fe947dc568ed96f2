// `Idempotency-Key`: a client that heard no answer asks again with the same key, and what it asked
// for happens once. Answers that show a secret are not kept, so they cannot be repeated.

import ClawgressBytes
import ClawgressContract
import Crypto
import Foundation
import HTTPTypes

extension AdminService {
    /// How long an answer is remembered.
    static var repetitionSeconds: Int64 { 24 * 3_600 }

    /// Answers a call, once for each key.
    func once(
        _ route: AdminRoute,
        _ call: AdminCall,
        path: [String],
        body: [UInt8]
    ) async throws(Refusal) -> AdminReply {
        guard route.method == .post, route.roles != nil, let name = HTTPField.Name.idempotencyKey,
            let key = call.fields[name]
        else { return try await route.handle(self, call) }
        guard (1...128).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .parameter("`Idempotency-Key` must be 1 to 128 visible characters") }
        let owner = call.caller.credentialID
        let request = Self.fingerprint(route, call, path, body)
        switch try store.begin(owner: owner, key: key, request: request, now: clock.seconds) {
        case .first:
            if let seconds = newKeys.take(call.caller.user, at: clock.microseconds()) {
                try store.forgetRepetition(owner: owner, key: key)
                throw .rateLimited(seconds)
            }
            return try await first(route, call, owner: owner, key: key)
        case .answered(let status, let fields, let body):
            return try Self.repeated(status, fields, body)
        case .unfinished:
            throw .conflict(
                "request_unfinished",
                "a request with this `Idempotency-Key` is under way, or its outcome is not known"
            )
        case .other:
            throw .conflict(
                "idempotency_key_reused",
                "this `Idempotency-Key` was used for another request"
            )
        }
    }

    /// What makes two requests the same: all that decides what is done.
    private static func fingerprint(
        _ route: AdminRoute,
        _ call: AdminCall,
        _ path: [String],
        _ body: [UInt8]
    ) -> [UInt8] {
        let query = call.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let parts = [
            route.method.rawValue, path.joined(separator: "/"), query.joined(separator: "&"),
            call.fields[.ifMatch] ?? "", call.fields[.ifNoneMatch] ?? "",
        ]
        // None of them has a zero byte, so no two lists have the same text.
        let head = parts.joined(separator: "\0") + "\0"
        return Array(SHA256.hash(data: Array(head.utf8) + body))
    }

    private func first(
        _ route: AdminRoute,
        _ call: AdminCall,
        owner: String,
        key: String
    ) async throws(Refusal) -> AdminReply {
        var reply: AdminReply
        var isOpen = false
        do throws(Refusal) {
            reply = try await route.handle(self, call)
        } catch {
            reply = .problem(error)
            isOpen = error.leavesOutcomeOpen
        }
        // A failure of ours may be gone the next time, so it is no outcome to repeat; but a commit
        // whose end is not known must not be made a second time.
        guard reply.status.code < 500 else {
            if !isOpen { try store.forgetRepetition(owner: owner, key: key) }
            return reply
        }
        var kept = reply
        if reply.isSecret {
            kept = .problem(
                .conflict("secret_shown_once", "the answer had a secret, which is shown once")
            )
        }
        if try !keep(kept, owner: owner, key: key, bytesMax: limits.keptAnswerBytes) {
            counters.count(.answerNotKept)
            _ = try keep(.problem(.answerNotKept), owner: owner, key: key, bytesMax: .max)
        }
        return reply
    }

    private func keep(
        _ reply: AdminReply,
        owner: String,
        key: String,
        bytesMax: Int
    ) throws(Refusal) -> Bool {
        let names = reply.fields.map { "\($0.name.rawName): \($0.value)" }.joined(separator: "\n")
        return try store.finish(
            owner: owner,
            key: key,
            status: reply.status.code,
            fields: Array(names.utf8),
            body: reply.body,
            bytesMax: bytesMax
        )
    }

    private static func repeated(
        _ status: Int,
        _ fields: [UInt8],
        _ body: [UInt8]
    ) throws(Refusal) -> AdminReply {
        var reply = AdminReply(HTTPResponse.Status(code: status), body: body)
        for line in String(decoding: fields, as: UTF8.self).split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":"),
                let name = HTTPField.Name(String(line[..<colon]))
            else { continue }
            reply.fields[name] = String(line[colon...].dropFirst(2))
        }
        return reply
    }
}

extension HTTPField.Name {
    /// draft-ietf-httpapi-idempotency-key-header.
    fileprivate static let idempotencyKey = Self("Idempotency-Key")
}
