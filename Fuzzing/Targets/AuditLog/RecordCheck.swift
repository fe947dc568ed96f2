// A record that the log takes means the same to a reader that is not this one, and is written in one
// way only.

import ClawgressBytes
import ClawgressJWS
import ClawgressRecords
import FuzzShared

enum RecordCheck {
    static func check(_ bytes: [UInt8]) {
        let key = try? RecordLine.read(bytes.span).key
        let facts = try? RecordFacts(bytes.span)
        require(facts?.key == key, "two keys of one record: \(quoted(bytes))")
        guard let key, let facts else { return }
        guard let value = try? StrictJSON.read(bytes.span) else {
            return require(false, "the strict reader refuses \(quoted(bytes))")
        }
        let stream = key.stream
        require(value["boot_id"]?.text == stream.boot.description, "another boot id")
        require(value["worker"]?.integer == Int64(stream.worker), "another worker")
        let sender: RecordSender? =
            value["gateway_id"]?.text.map { .gateway($0) }
            ?? value["service_id"]?.text.map { .service($0) }
        require(sender == stream.sender, "another sender")
        let number = stream.kind == .gaps ? value["segment"] : value["sequence"]
        require(number?.integer == Int64(key.number), "another number")
        require((facts.lost == nil) == (stream.kind == .records), "a gap that is none")
        if let place = facts.timestamp {
            let text = String(decoding: bytes[place], as: UTF8.self)
            require(value["timestamp"]?.text == text, "another time")
        }
    }
}
