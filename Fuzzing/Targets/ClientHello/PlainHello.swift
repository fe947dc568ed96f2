// A second reading of the ClientHello (RFC 8446 section 4.1.2): the records are put together
// first, then the message is taken apart from the front.

import FuzzShared

struct PlainHello {
    /// The handshake message with its header.
    let message: [UInt8]
    let reading: HelloReading

    /// Reads whole records that hold exactly one hello; nil if they do not.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        var message: [UInt8] = []
        while !rest.isEmpty {
            guard rest.count >= 5, rest.removeFirst() == 22 else { return nil }
            rest.removeFirst(2)
            guard let content = Self.takeCounted(&rest, 2), !content.isEmpty else { return nil }
            message += content
        }
        self.message = message
        var body = message[...]
        guard body.popFirst() == 1, let hello = Self.takeCounted(&body, 3), body.isEmpty,
            let reading = Self.read(hello)
        else { return nil }
        self.reading = reading
    }

    /// The message in records of at most `size` bytes.
    func bytes(recordsOf size: Int) -> [UInt8] {
        stride(from: 0, to: message.count, by: size).flatMap { start -> [UInt8] in
            let piece = message[start..<min(start + size, message.count)]
            return [22, 3, 1, UInt8(piece.count >> 8), UInt8(piece.count & 255)] + piece
        }
    }

    private static func read(_ hello: ArraySlice<UInt8>) -> HelloReading? {
        // Version and random.
        var rest = hello.dropFirst(34)
        guard takeCounted(&rest, 1) != nil, takeCounted(&rest, 2) != nil,
            takeCounted(&rest, 1) != nil
        else { return nil }
        var reading = HelloReading(serverName: nil, hasEncryptedHello: false)
        if rest.isEmpty { return reading }
        guard var extensions = takeCounted(&rest, 2), rest.isEmpty else { return nil }
        while !extensions.isEmpty {
            guard let type = takeNumber(&extensions, 2),
                let content = takeCounted(&extensions, 2)
            else { return nil }
            if type == 0xFE0D { reading.hasEncryptedHello = true }
            if type == 0 {
                guard reading.serverName == nil, let name = serverName(content) else { return nil }
                reading.serverName = name
            }
        }
        return reading
    }

    /// The one name of a list.
    private static func serverName(_ content: ArraySlice<UInt8>) -> [UInt8]? {
        var content = content
        guard var list = takeCounted(&content, 2), content.isEmpty, list.popFirst() == 0,
            let name = takeCounted(&list, 2), list.isEmpty
        else { return nil }
        return Array(name)
    }

    private static func takeNumber(_ rest: inout ArraySlice<UInt8>, _ size: Int) -> Int? {
        guard rest.count >= size else { return nil }
        let number = rest.prefix(size).reduce(0) { $0 << 8 | Int($1) }
        rest.removeFirst(size)
        return number
    }

    private static func takeCounted(
        _ rest: inout ArraySlice<UInt8>,
        _ size: Int
    ) -> ArraySlice<UInt8>? {
        guard let count = takeNumber(&rest, size), count <= rest.count else { return nil }
        defer { rest.removeFirst(count) }
        return rest.prefix(count)
    }
}
