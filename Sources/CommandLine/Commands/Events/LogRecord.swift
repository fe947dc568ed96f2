// Records of the log as the control plane answers them: each with its place, page by page.

import ClawgressContract
import ClawgressJWS

/// A record and its place in the log.
struct LogRecord {
    let index: Int64
    /// Nil if the log has it no longer.
    let record: JSONValue?

    /// Reads `{"index":7,"record":{…}}`.
    init(_ item: JSONValue) throws {
        guard let index = item["index"]?.integer, let record = item["record"] else {
            throw Self.unknown
        }
        self.index = index
        self.record = record == .null ? nil : record
    }

    /// The same in one line, with nothing that a terminal would obey.
    var line: String {
        let text = "{\"index\":\(index),\"record\":\((record ?? .null).jsonText)}"
        return String(decoding: HarmlessText.escaped(json: Array(text.utf8)), as: UTF8.self)
    }

    static let unknown = CommandFailure(
        .software,
        "the API's answer is not what this version knows: is it the same version?"
    )
}

/// Asks for page after page.
struct LogPages {
    let client: APIClient
    let query: [(name: String, value: String?)]

    /// What one answer has at most: a page of the longest records stays below what is read.
    private static var pageMax: Int { 100 }

    /// Hands on at most `count` records; answers whether there are more.
    func each(upTo count: Int, _ take: (LogRecord) -> Void) throws -> Bool {
        var left = count
        var cursor: String?
        repeat {
            let limit = min(left, Self.pageMax)
            let place: [(name: String, value: String?)] = [
                ("limit", String(limit)), ("cursor", cursor),
            ]
            let page = try LogAnswer(client, "", query + place)
            for item in try page.items { take(try LogRecord(item)) }
            left -= limit
            cursor = page.value["next_cursor"]?.text
        } while left > 0 && cursor != nil
        return cursor != nil
    }
}

/// An answer of one of the routes about the log.
struct LogAnswer {
    let value: JSONValue
    let body: [UInt8]

    /// Asks the route at `below`.
    init(
        _ client: APIClient,
        _ below: String,
        _ query: [(name: String, value: String?)]
    ) throws {
        let body = try client.body(APIRequest(.get, AdminPath.logEvents + below, query: query))
        guard let value = try? StrictJSON.read(body.span) else { throw LogRecord.unknown }
        (self.value, self.body) = (value, body)
    }

    var items: [JSONValue] {
        get throws {
            guard let items = value["items"]?.elements else { throw LogRecord.unknown }
            return items
        }
    }

    /// The answer as it came, without its line end.
    var line: String {
        let text = String(decoding: body, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
