// The members of a record's JSON object, one after the other.

import ClawgressBytes
import ClawgressModel

/// Appends `"key":value` members with commas between; keys are literals that need no escape.
struct FieldWriter {
    private var truncated: [String]
    private var isFirst = true

    init(truncated: [String]) {
        self.truncated = truncated
    }

    /// A text, cut and noted where its escaped form is longer than `bytesMax`.
    mutating func text(
        _ key: StaticString,
        _ value: String?,
        _ bytesMax: Int,
        _ out: inout ByteBuffer
    ) {
        self.key(key, &out)
        guard let value else { return out.append("null") }
        let isWhole = CanonicalJSON.append(string: value, bytesMax: bytesMax, to: &out)
        if !isWhole, !truncated.contains(key.description) { truncated.append(key.description) }
    }

    /// A word of ours that needs no escape.
    mutating func word(_ key: StaticString, _ value: StaticString?, _ out: inout ByteBuffer) {
        self.key(key, &out)
        guard let value else { return out.append("null") }
        out.append("\"")
        out.append(value)
        out.append("\"")
    }

    /// The value `true`.
    mutating func yes(_ key: StaticString, _ out: inout ByteBuffer) {
        self.key(key, &out)
        out.append("true")
    }

    mutating func integer(_ key: StaticString, _ value: UInt64?, _ out: inout ByteBuffer) {
        self.key(key, &out)
        guard let value else { return out.append("null") }
        CanonicalJSON.append(integer: value, to: &out)
    }

    mutating func integer(_ key: StaticString, _ value: Int64?, _ out: inout ByteBuffer) {
        self.key(key, &out)
        guard let value else { return out.append("null") }
        CanonicalJSON.append(integer: value, to: &out)
    }

    mutating func integers(_ key: StaticString, _ values: [UInt64], _ out: inout ByteBuffer) {
        self.key(key, &out)
        out.append("[")
        for (index, value) in values.enumerated() {
            if index > 0 { out.append(",") }
            CanonicalJSON.append(integer: value, to: &out)
        }
        out.append("]")
    }

    mutating func thousandths(_ key: StaticString, _ value: UInt64?, _ out: inout ByteBuffer) {
        self.key(key, &out)
        guard let value else { return out.append("null") }
        CanonicalJSON.append(thousandths: value, to: &out)
    }

    mutating func instant(_ key: StaticString, _ microseconds: Int64, _ out: inout ByteBuffer) {
        self.key(key, &out)
        out.append("\"")
        Timestamp.append(microseconds: microseconds, to: &out)
        out.append("\"")
    }

    mutating func requestID(_ key: StaticString, _ value: RequestID?, _ out: inout ByteBuffer) {
        self.key(key, &out)
        guard let value else { return out.append("null") }
        out.append("\"")
        value.write(to: &out)
        out.append("\"")
    }

    /// The member `truncated`: the sorted names of all fields that were cut.
    mutating func truncatedNames(_ out: inout ByteBuffer) {
        key("truncated", &out)
        out.append("[")
        for (index, name) in truncated.sorted().enumerated() {
            if index > 0 { out.append(",") }
            CanonicalJSON.append(string: name, to: &out)
        }
        out.append("]")
    }

    private mutating func key(_ key: StaticString, _ out: inout ByteBuffer) {
        out.append(isFirst ? "\"" : ",\"")
        out.append(key)
        out.append("\":")
        isFirst = false
    }
}
