// Finds where an answer ends, and no more: one pass over the head, a count for the body.

import CLinux
import Glibc

/// The state of reading one answer after another from a connection.
struct AnswerReader {
    enum Progress {
        /// More bytes are needed.
        case more
        /// An answer is complete; `used` bytes of the input belonged to it.
        case complete(used: Int)
        /// What came is no answer this tool understands.
        case broken
    }

    /// The status of the answer being read; 0 before its head was complete.
    private(set) var status = 0
    /// Bytes of the body that are still to come.
    private(set) var bodyLeft = 0
    private var inBody = false
    private var stash: [UInt8] = []

    /// Whether only body bytes are awaited, which may be dropped unread.
    var isInBody: Bool { inBody }

    /// Notes body bytes that were dropped unread; true when the answer is complete.
    mutating func dropped(_ count: Int) -> Bool {
        bodyLeft -= count
        guard bodyLeft == 0 else { return false }
        inBody = false
        return true
    }

    /// Takes bytes up to the end of one answer.
    mutating func take(_ bytes: UnsafeRawBufferPointer, bodyless: Bool) -> Progress {
        var used = 0
        if !inBody {
            guard let head = headEnd(bytes) else { return .more }
            used = head
            guard status >= 200 else { return status == 0 ? .broken : .more }
            if bodyless { bodyLeft = 0 }
            inBody = true
        }
        let body = min(bodyLeft, bytes.count - used)
        bodyLeft -= body
        guard bodyLeft == 0 else { return .more }
        inBody = false
        return .complete(used: used + body)
    }

    /// Where the head ends in `bytes`, its fields read; nil if it does not end there.
    private mutating func headEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
        if stash.isEmpty {
            if let end = Self.emptyLine(bytes) {
                parse(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
                return end
            }
            stash.append(contentsOf: bytes)
            return nil
        }
        let before = stash.count
        stash.append(contentsOf: bytes)
        guard let end = stash.withUnsafeBytes(Self.emptyLine) else { return nil }
        let head = Array(stash[..<end])
        stash.removeAll(keepingCapacity: true)
        head.withUnsafeBytes { parse($0) }
        return end - before
    }

    private static func emptyLine(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let found = memmem(base, bytes.count, "\r\n\r\n", 4)
        else {
            return nil
        }
        return base.distance(to: UnsafeRawPointer(found)) + 4
    }

    private mutating func parse(_ head: UnsafeRawBufferPointer) {
        status = 0
        bodyLeft = 0
        guard head.count > 12, head[0] == UInt8(ascii: "H") else { return }
        status = Int(head[9] - 48) * 100 + Int(head[10] - 48) * 10 + Int(head[11] - 48)
        var line = 12
        while line < head.count {
            guard let end = head[line...].firstIndex(of: UInt8(ascii: "\n")) else { return }
            line = end + 1
            if isLength(head, at: line) {
                bodyLeft = decimal(head, at: line + 15)
                return
            }
        }
    }

    private func isLength(_ head: UnsafeRawBufferPointer, at line: Int) -> Bool {
        guard line + 16 < head.count, head[line] | 0x20 == UInt8(ascii: "c"),
            let base = head.baseAddress
        else { return false }
        return strncasecmp(
            (base + line).assumingMemoryBound(to: CChar.self),
            "content-length:",
            15
        ) == 0
    }

    private func decimal(_ head: UnsafeRawBufferPointer, at start: Int) -> Int {
        var value = 0
        for byte in head[start...] {
            if byte == UInt8(ascii: " "), value == 0 { continue }
            guard byte &- 48 < 10 else { break }
            value = value * 10 + Int(byte &- 48)
        }
        return value
    }
}
