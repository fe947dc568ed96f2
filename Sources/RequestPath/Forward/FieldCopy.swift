// The walk over a head's fields, the same in both directions: each line is judged, those that
// end here are left out, the others are copied byte for byte.

import ClawgressBytes
import ClawgressModel

/// What one direction wants to know of a head's fields and to leave out.
protocol FieldSet {
    /// What the Connection fields asked for.
    var options: ConnectionOptions { get }
    /// Takes note of a line, or refuses it.
    mutating func add(_ field: FieldLine, of head: Span<UInt8>) throws(Reason)
    /// Whether a line is left out.
    func drops(_ field: FieldLine) -> Bool
}

/// Copies the fields that are passed on.
enum FieldCopy {
    /// Reads the fields from `start` to the end of `head`, appends to `out` those that are
    /// passed on and tells `fields` about all.
    ///
    /// - Parameter start: where the copy begins; the fields begin there or at `fieldsStart`.
    static func write(
        _ head: Span<UInt8>,
        from start: Int,
        fieldsStart: Int? = nil,
        _ limits: HeadLimits,
        into out: inout ByteBuffer,
        noting fields: inout some FieldSet
    ) throws(Reason) {
        let mark = out.count
        var run = KeptRun(from: start)
        var index = fieldsStart ?? start
        var count = 0
        while !FieldLine.isEnd(head, index) {
            let field = try FieldLine(head, at: index)
            count += 1
            guard count <= limits.fieldCount else { throw .tooManyFields }
            try fields.add(field, of: head)
            if fields.drops(field) { run.drop(field.line, of: head, into: &out) }
            index = field.line.upperBound
        }
        run.finish(at: index, of: head, into: &out)
        if fields.options.namedCount > 0 {
            out.truncate(to: mark)
            try rewrite(head, from: start, fieldsStart ?? start, into: &out, fields)
        }
    }

    /// Writes them once more, now without those that a Connection field named: it may stand
    /// behind the fields that it names.
    private static func rewrite(
        _ head: Span<UInt8>,
        from start: Int,
        _ fieldsStart: Int,
        into out: inout ByteBuffer,
        _ fields: some FieldSet
    ) throws(Reason) {
        var run = KeptRun(from: start)
        var index = fieldsStart
        while !FieldLine.isEnd(head, index) {
            let field = try FieldLine(head, at: index)
            if fields.drops(field) || fields.options.names(field.name, of: head) {
                run.drop(field.line, of: head, into: &out)
            }
            index = field.line.upperBound
        }
        run.finish(at: index, of: head, into: &out)
    }

    /// Writes the field that announces a body.
    static func writeFraming(_ body: BodyLength, into out: inout ByteBuffer) {
        switch body {
        case .none, .untilClose:
            break
        case .fixed(let length):
            out.append("Content-Length: ")
            out.append(decimal: UInt(length))
            out.append("\r\n")
        case .chunked:
            out.append("Transfer-Encoding: chunked\r\n")
        }
    }
}
