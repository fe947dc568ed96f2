// Records as JSON for programs: whatever is in them, one line each, and nothing in it that a terminal
// would obey.

import ClawgressContract
import ClawgressJWS

/// Writes records as JSON.
public enum RecordLines {
    /// `{"index":7,"record":{…}}`, without a line end.
    ///
    /// - Parameters:
    ///   - leaf: the record's place in the log.
    ///   - record: its canonical bytes; nil if the log has them no longer.
    public static func item(_ leaf: Int64, _ record: [UInt8]?) -> [UInt8] {
        var item = Array("{\"index\":\(leaf),\"record\":".utf8)
        item += record.map { HarmlessText.escaped(json: $0) } ?? Array("null".utf8)
        item.append(UInt8(ascii: "}"))
        return item
    }

    /// A page: `{"indexed":9,"items":[…],"next_cursor":"…"}`.
    public static func page(_ page: RecordPage, _ records: [[UInt8]?]) -> [UInt8] {
        var text = Array("{\"indexed\":\(page.indexed),\"items\":[".utf8)
        for (place, found) in page.records.enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            text += item(found.leaf, records[place])
        }
        text.append(UInt8(ascii: "]"))
        if let next = page.next { text += ",\"next_cursor\":\"\(next.text)\"".utf8 }
        text += "}\n".utf8
        return text
    }

    /// Counts: `{"count":3,"indexed":9}`.
    public static func count(_ count: RecordCount) -> String {
        "{\"count\":\(count.count),\"indexed\":\(count.indexed)}\n"
    }

    /// Spans of time: `{"items":[{"allow":1,…,"start":"…"}]}`.
    public static func buckets(_ buckets: [RecordBucket]) -> String {
        let items = buckets.map { bucket in
            JSONValue.object([
                JSONMember("allow", .integer(bucket.allow)),
                JSONMember("deny", .integer(bucket.deny)),
                JSONMember("other", .integer(bucket.other)),
                JSONMember("rate_limit", .integer(bucket.rateLimit)),
                JSONMember("start", .string(Instant.text(bucket.start))),
            ])
        }
        return JSONValue.object([JSONMember("items", .array(items))]).jsonText + "\n"
    }

    /// What occurs most: `{"items":[{"count":3,"value":"…"}]}`.
    public static func top(_ tops: [RecordTop]) -> [UInt8] {
        let items = tops.map { top in
            JSONValue.object([
                JSONMember("count", .integer(top.count)),
                JSONMember("value", .string(top.value)),
            ])
        }
        let text = JSONValue.object([JSONMember("items", .array(items))]).jsonText
        return HarmlessText.escaped(json: Array(text.utf8)) + [UInt8(ascii: "\n")]
    }
}
