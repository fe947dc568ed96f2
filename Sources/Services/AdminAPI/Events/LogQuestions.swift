// Asks the audit service what an operator asks about the log. Who may ask is decided here, and what an
// answer says there.

import ClawgressContract
import ClawgressDaemon
import ClawgressMesh
import ClawgressShipping
import HTTPTypes

/// The audit service, as far as it is asked.
public struct LogQuestions: Sendable {
    let client: MeshClient

    /// Bytes of one answer: a page of the longest records is refused rather than held in memory.
    static var bodyBytesMax: Int { 16 << 20 }
    /// Bytes of all parameters as they are sent.
    static var queryBytesMax: Int { 8_192 }
    /// Bytes of a refusal.
    private static var refusalBytesMax: Int { 65_536 }
    /// More than the audit service takes unless its `query_ms` says otherwise.
    static var seconds: Int64 { 30 }

    /// Asks the service that a block `audit` names.
    ///
    /// - Parameter mesh: what proves who asks.
    /// - Throws: `StartRefusal`.
    init(_ audit: ShippingConfiguration, _ mesh: MeshFolder) throws(StartRefusal) {
        guard let address = MeshAddress(audit.address), let service = MeshIdentity(.audit, "audit")
        else { throw StartRefusal("`audit.address` must be `host:port`") }
        var limits = MeshClient.Limits()
        limits.bodyBytesMax = Self.bodyBytesMax
        limits.readSeconds = Self.seconds
        client = MeshClient(.folder(mesh), service: service, address: address, limits: limits)
    }

    /// The service's answer, or its refusal, as it is.
    func answer(_ path: String, _ query: [String: String]) async throws(Refusal) -> AdminReply {
        let target = path + (try Self.text(query))
        let answer: MeshResponse
        do throws(MeshError) {
            answer = try await client.send(
                MeshRequest(.get, target),
                seconds: Double(Self.seconds)
            )
        } catch .tooLong(let limit) {
            throw .parameter("the answer is longer than \(limit) bytes: ask for a lower `limit`")
        } catch {
            throw .auditUnreachable(error.description)
        }
        guard answer.status == 200, answer.fields[.contentType] == "application/json" else {
            return try Self.refused(answer.status, answer.fields, answer.body)
        }
        return AdminReply(.ok, fields: [.contentType: "application/json"], body: answer.body)
    }

    /// An answer that is passed on as it comes, or the service's refusal.
    ///
    /// - Parameter types: what the answer may be.
    func stream(
        _ path: String,
        _ query: [String: String],
        _ types: [String]
    ) async throws(Refusal) -> (bytes: MeshBytes?, reply: AdminReply) {
        let target = path + (try Self.text(query))
        let bytes: MeshBytes
        let refusal: [UInt8]
        do throws(MeshError) {
            bytes = try await client.bytes(
                MeshRequest(.get, target),
                seconds: Double(Self.seconds)
            )
            let type = bytes.fields[.contentType] ?? ""
            if bytes.status == 200, types.contains(where: { type.hasPrefix($0) }) {
                let fields: HTTPFields = [
                    .contentType: type, .cacheControl: "no-store", .connection: "close",
                ]
                return (bytes, AdminReply(.ok, fields: fields))
            }
            refusal = try await bytes.rest(bytesMax: Self.refusalBytesMax)
        } catch {
            throw .auditUnreachable(error.description)
        }
        return (nil, try Self.refused(bytes.status, bytes.fields, refusal))
    }

    /// The service's refusal as it is, if it is one that the client can do something about.
    static func refused(
        _ status: Int,
        _ fields: HTTPFields,
        _ body: [UInt8]
    ) throws(Refusal) -> AdminReply {
        switch (status, fields[.contentType]) {
        case (400, Problem.mediaType?):
            return AdminReply(
                .badRequest,
                fields: [.contentType: Problem.mediaType],
                body: body
            )
        case (503, Problem.mediaType?):
            let wait = fields[.retryAfter].flatMap { UInt32($0) } ?? 5
            return AdminReply(
                .serviceUnavailable,
                fields: [.contentType: Problem.mediaType, .retryAfter: "\(wait)"],
                body: body
            )
        case (404, _): throw .auditUnreachable("it has no index: see `index` in its configuration")
        default: throw .auditUnreachable("it answered \(status)")
        }
    }

    /// The parameters written anew, so that both services read the same ones.
    static func text(_ query: [String: String]) throws(Refusal) -> String {
        var bytes: [UInt8] = []
        for (name, value) in query.sorted(by: { $0.key < $1.key }) {
            bytes.append(UInt8(ascii: bytes.isEmpty ? "?" : "&"))
            bytes += name.utf8
            bytes.append(UInt8(ascii: "="))
            for byte in value.utf8 { bytes += escaped(byte) }
        }
        guard bytes.count <= queryBytesMax else {
            throw .parameter("the parameters may have at most \(queryBytesMax) bytes together")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A byte of a value; only unreserved characters stay (RFC 3986 section 2.3).
    private static func escaped(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            return [byte]
        default:
            let digits = Array("0123456789ABCDEF".utf8)
            return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
