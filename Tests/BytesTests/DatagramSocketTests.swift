// Messages to a socket of this machine, and files whose names lead elsewhere.

import ClawgressBytes
import Foundation
import Glibc
import Testing

@Suite("a datagram socket")
struct DatagramSocketTests {
    /// A receiver that takes at most a few messages before somebody reads them.
    private func receiver(_ path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(result == 0)
        return descriptor
    }

    private func path() -> String { "/tmp/cw-\(UUID().uuidString)" }

    @Test("sends messages whole, and says when nobody reads them or nobody is there")
    func send() throws {
        let path = path()
        let descriptor = receiver(path)
        let socket = try DatagramSocket(path: path, milliseconds: 50)
        let message = [UInt8](repeating: 7, count: 40_000)
        try socket.send(message)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        #expect(recv(descriptor, &buffer, buffer.count, 0) == 40_000)
        #expect(buffer[0..<40_000].elementsEqual(message))
        #expect(throws: FileError.self) {
            for _ in 0..<10_000 { try socket.send([1]) }
        }
        close(descriptor)
        #expect(throws: FileError.self) { try socket.send([1]) }
        try FileManager.default.removeItem(atPath: path)
    }

    @Test("finds nobody where nobody listens, and refuses a path that fits into no address")
    func nobody() {
        #expect(throws: FileError.self) { _ = try DatagramSocket(path: path(), milliseconds: 50) }
        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect(throws: FileError.self) { _ = try DatagramSocket(path: long, milliseconds: 50) }
    }
}

@Suite("an open file and its name")
struct OpenFileNameTests {
    @Test("notices that the name leads elsewhere or nowhere")
    func place() throws {
        let path = "/tmp/cw-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try OpenFile(path: path, creating: true)
        try file.allow(mode: 0o640)
        let found = try FileManager.default.attributesOfItem(atPath: path)
        #expect(found[.posixPermissions] as? Int == 0o640)
        #expect(try file.inode() == (found[.systemFileNumber] as? UInt64))
        var isInPlace = file.isInPlace
        #expect(isInPlace)
        try FileManager.default.removeItem(atPath: path)
        isInPlace = file.isInPlace
        #expect(!isInPlace)
        let other = try OpenFile(path: path, creating: true)
        let isOther = other.isInPlace
        isInPlace = file.isInPlace
        #expect(isOther && !isInPlace)
    }
}
