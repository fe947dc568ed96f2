// What a handler answers.

import ClawgressBytes
import ClawgressContract
import ClawgressJWS
import ClawgressSnapshotText
import Crypto
import Foundation
import HTTPTypes

/// An answer.
struct AdminReply: Sendable {
    var status: HTTPResponse.Status
    var fields: HTTPFields
    var body: [UInt8]
    /// What follows piece by piece in place of the body; nil for an answer that is whole.
    var stream: LogStream?
    /// Whether the body shows a secret: it is kept nowhere then.
    var isSecret = false

    init(_ status: HTTPResponse.Status, fields: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    static let noContent = AdminReply(.noContent)
    static let notModified = AdminReply(.notModified)

    /// A body that is encoded.
    static func json(
        _ value: some Encodable,
        _ status: HTTPResponse.Status = .ok
    ) throws(Refusal) -> AdminReply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return AdminReply(
                status,
                fields: [.contentType: "application/json"],
                body: Array(try encoder.encode(value))
            )
        } catch {
            throw .unavailable("the answer could not be written")
        }
    }

    /// A body that is JSON already.
    static func json(_ value: JSONValue, _ status: HTTPResponse.Status = .ok) -> AdminReply {
        AdminReply(
            status,
            fields: [.contentType: "application/json"],
            body: SnapshotText.canonical(value)
        )
    }

    static func text(_ text: String, _ status: HTTPResponse.Status = .ok) -> AdminReply {
        AdminReply.text(Array(text.utf8), status)
    }

    static func text(_ text: [UInt8], _ status: HTTPResponse.Status = .ok) -> AdminReply {
        AdminReply(status, fields: [.contentType: "text/plain; charset=utf-8"], body: text)
    }

    static func problem(_ refusal: Refusal) -> AdminReply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var fields = refusal.fields
        fields[.contentType] = Problem.mediaType
        return AdminReply(
            HTTPResponse.Status(code: refusal.problem.status),
            fields: fields,
            body: (try? Array(encoder.encode(refusal.problem))) ?? []
        )
    }

    func tagged(_ etag: String) -> AdminReply {
        var reply = self
        reply.fields[.eTag] = "\"\(etag)\""
        return reply
    }

    /// Tagged with a digest of the body, or not sent again to who has it.
    func tagged(for call: AdminCall) -> AdminReply {
        let digest = SHA256.hash(data: body)
        let etag = String(Hexadecimal.encode(digest).prefix(32))
        return (call.has(etag) ? .notModified : self).tagged(etag)
    }

    func secret() -> AdminReply {
        var reply = self
        reply.isSecret = true
        reply.fields[.cacheControl] = "no-store"
        return reply
    }
}
