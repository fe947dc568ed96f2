// Answers that go on: everything that matches, page by page, and what comes from now on. Neither is in
// memory as a whole, and whoever does not read is let go.

import ClawgressAuditIndex
import ClawgressContract
import HTTPTypes
import Hummingbird
import NIOCore

/// All records that match.
enum EventExport {
    private enum Format: String, CaseIterable {
        case ndjson, csv
    }

    static let parameters = EventFilter.parameters + ["format", "order"]

    /// How many records are in memory at a time.
    private static var pageMax: Int { 500 }

    /// Begins an export.
    ///
    /// The first page is asked for before the answer begins, so that a refusal is one. Where a later page fails, the answer ends without its end.
    static func answer(
        _ request: Request,
        _ items: QueryItems,
        _ index: EventIndex
    ) async throws -> Response {
        let (query, format) = try read(items)
        let place = try index.enter()
        let first = try await index.page(query)
        let type = format == .csv ? "text/csv; charset=utf-8; header=present" : AuditBatch.mediaType
        return Response(
            status: .ok,
            headers: EventStream.fields(type),
            body: EventStream.body(for: request) { writer in
                var (page, records) = first
                var next = query
                if format == .csv { try await writer.write(ByteBuffer(string: RecordSheet.head)) }
                while true {
                    let bytes = Self.text(page, records, format)
                    if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
                    guard let cursor = page.next else { break }
                    next.cursor = cursor
                    (page, records) = try await index.page(next)
                }
                withExtendedLifetime(place) {}
            }
        )
    }

    private static func read(_ items: QueryItems) throws(Problem) -> (EventQuery, Format) {
        do throws(QueryProblem) {
            var query = EventQuery(try EventFilter(items), order: .oldest, limit: pageMax)
            query.order = try items.choice("order", EventQuery.Order.self) ?? .oldest
            return (query, try items.choice("format", Format.self) ?? .ndjson)
        } catch {
            throw .malformed(error.description)
        }
    }

    private static func text(
        _ page: RecordPage,
        _ records: [[UInt8]?],
        _ format: Format
    ) -> [UInt8] {
        var text: [UInt8] = []
        for (found, record) in zip(page.records, records) {
            switch format {
            case .ndjson:
                text += RecordLines.item(found.leaf, record)
                text.append(UInt8(ascii: "\n"))
            case .csv: text += RecordSheet.line(found.leaf, record ?? []).utf8
            }
        }
        return text
    }
}

/// What both have in common: whoever goes away while nothing is written is noticed all the same.
private enum EventStream {
    static func fields(_ type: String) -> HTTPFields {
        [.contentType: type, .cacheControl: "no-store", .connection: "close"]
    }

    /// A body that ends where its client goes; its connection ends with it.
    static func body(
        for request: Request,
        _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> ResponseBody {
        ResponseBody { writer in
            try await request.body.consumeWithCancellationOnInboundClose { rest in
                // Its source must have seen the end of the request before it goes.
                for try await _ in rest {}
                try await write(&writer)
                try await writer.finish(nil)
            }
        }
    }
}

/// What comes from now on, as server-sent events.
enum EventTail {
    /// Begins to watch.
    static func answer(
        _ request: Request,
        _ items: QueryItems,
        _ index: EventIndex
    ) throws(Problem) -> Response {
        let filter: EventFilter
        do throws(QueryProblem) {
            filter = try EventFilter(items)
        } catch {
            throw .malformed(error.description)
        }
        guard let watch = index.tail.watch(filter) else { throw .queryBusy }
        return Response(
            status: .ok,
            headers: EventStream.fields("text/event-stream"),
            body: EventStream.body(for: request) { writer in
                // Tells the client that it is heard, before anything happens.
                try await writer.write(ByteBuffer(string: ": watching\n\n"))
                for await message in watch.messages {
                    try await writer.write(ByteBuffer(bytes: text(message)))
                }
                try Task.checkCancellation()
                let end = "event: end\ndata: {\"reason\":\"\(watch.end.rawValue)\"}\n\n"
                try await writer.write(ByteBuffer(string: end))
            }
        )
    }

    /// The place in the log is the event's id; a record is one line, so it is one `data`.
    private static func text(_ message: RecordTail.Message) -> [UInt8] {
        switch message {
        case .pulse: return Array(":\n\n".utf8)
        case .record(let leaf, let bytes):
            return Array("id: \(leaf)\ndata: ".utf8) + RecordLines.item(leaf, bytes)
                + Array("\n\n".utf8)
        }
    }
}
