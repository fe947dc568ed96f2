// Runs every case of a target, and holds the page that promises the answers against them.

import ClawgressForward
import ClawgressModel
import Foundation
import Testing

@Suite("Target cases")
struct TargetCaseTests {
    @Test("the folder of cases was found and is not empty")
    func folderIsThere() throws {
        #expect(try TargetCase.load().count >= 160)
    }

    @Test("have the answer that the file says, and one canonical text")
    func answers() throws {
        for item in try TargetCase.load() {
            let head = try item.head()
            do throws(Reason) {
                let request = try parseRequest(head)
                check(item, request)
            } catch {
                #expect(item.expected["reason"] == error.name.description, "\(item.name)")
            }
        }
    }

    /// Holds an accepted request against what the file expects.
    private func check(_ item: TargetCase, _ request: AcceptedRequest) {
        #expect(item.expected["reason"] == nil, "\(item.name) is accepted")
        let authority = try? item.expected["authority"].map(DataFile.unescaped)
        #expect(Array(request.authority.utf8) == authority, "\(item.name)")
        guard !request.head.isTunnel else {
            #expect(request.written == request.authority, "\(item.name)")
            return
        }
        #expect(request.path == item.expected["path"], "\(item.name)")
        let sent = item.expected["sent"] ?? item.expected["path"] ?? ""
        let line = "\(request.method) \(sent) HTTP/1.1\r\nHost: \(request.authority)\r\n"
        #expect(request.written.hasPrefix(line), "\(item.name)")
        let hosts = request.fields.filter { $0.lowercased().hasPrefix("host:") }
        #expect(hosts.count == 1, "\(item.name)")
    }

    @Test("are the same again when their canonical text is parsed")
    func idempotence() throws {
        for item in try TargetCase.load() where item.expected["authority"] != nil {
            let once = try parseRequest(try item.head())
            let target =
                once.head.isTunnel ? once.authority : "http://\(once.authority)\(once.target)"
            let head =
                "\(once.method) \(target) HTTP/1.1\r\nHost: \(once.authority)\r\n\r\n"
            let twice = try parseRequest(head)
            #expect(twice.authority == once.authority, "\(item.name)")
            #expect(twice.host == once.host && twice.target == once.target, "\(item.name)")
        }
    }

    @Test("are the rows of the page about targets, no more and no fewer")
    func page() throws {
        let root = DataFile.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = root.appendingPathComponent("Documentation/targets.md")
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
            .map { line in
                line.split(separator: "|").prefix(2).map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
            }
        let cases = try TargetCase.load().map(\.row)
        #expect(Set(rows).count == rows.count, "a row stands twice")
        #expect(Set(rows).subtracting(cases) == [], "rows without a case")
        #expect(Set(cases).subtracting(rows) == [], "cases without a row")
    }
}
