// Others' vectors for targets. What the gateway accepts means what the standard says it means;
// what the standard repairs may be refused; there is never a third answer.

import ClawgressBytes
import ClawgressForward
import ClawgressModel
import Testing

@Suite("Targets against others' vectors")
struct TargetVectorTests {
    /// What became of the rows of a file.
    private struct Tally: Equatable, CustomStringConvertible {
        var same = 0
        var refused = 0
        /// Refused by the standard as well; counted in `refused` too.
        var refusedByBoth = 0
        var description: String {
            "\(same) with the same host, \(refused) refused, \(refusedByBoth) of them by both"
        }

        /// Counts a row, and says whether it has no third answer.
        mutating func count(ours: String?, theirs: String) -> Bool {
            guard let ours else {
                refused += 1
                if theirs == "-" { refusedByBoth += 1 }
                return true
            }
            same += 1
            // The root's dot is dropped here and kept there; in DNS it is the same name.
            return ours == (theirs.hasSuffix(".") ? String(theirs.dropLast()) : theirs)
        }
    }

    private func host(_ bytes: borrowing ByteBuffer, _ parsed: ParsedAuthority) -> String {
        let text = bytes.bytes.extracting(parsed.host).string()
        return parsed.kind == .address && text.contains(":") ? "[\(text)]" : text
    }

    /// The host of a target, as a request for it is understood.
    private func requested(_ target: [UInt8]) -> (host: String, port: UInt16)? {
        let head = Array("GET ".utf8) + target + Array(" HTTP/1.0\r\n\r\n".utf8)
        guard let request = try? parseRequest(head) else { return nil }
        let isV6 = request.head.authority.kind == .address && request.host.contains(":")
        return (isV6 ? "[\(request.host)]" : request.host, request.head.authority.port)
    }

    @Test(
        "as request targets, URLs are refused or have the host and port of the URL standard",
        .enabled(if: DataFile.isThere("wpt-urls.tsv"), "made by Scripts/vectors")
    )
    func urls() throws {
        let rows = try DataFile.rows(DataFile.foreign("wpt-urls.tsv"))
        var tally = Tally()
        for row in rows {
            let ours = requested(try DataFile.unescaped(row[0]))
            let isEither = tally.count(ours: ours?.host, theirs: row[1])
            #expect(isEither, "\(row): \(ours?.host ?? "-")")
            if let ours { #expect(String(ours.port) == row[2], "\(row)") }
        }
        print("WPT urltestdata as targets: \(rows.count) URLs, \(tally)")
        #expect(rows.count == 387)
        #expect(tally == Tally(same: 56, refused: 331, refusedByBoth: 198))
    }

    @Test(
        "what stands between the slashes of a URL is refused or is the standard's host",
        .enabled(if: DataFile.isThere("wpt-urls.tsv"), "made by Scripts/vectors")
    )
    func authorities() throws {
        var tally = Tally()
        for row in try DataFile.rows(DataFile.foreign("wpt-urls.tsv")) {
            let url = try DataFile.unescaped(row[0])
            let ends = Array("/?#".utf8)
            guard let colon = url.firstIndex(of: 58), url[(colon + 1)...].starts(with: [47, 47])
            else { continue }
            let authority = Array(url[(colon + 3)...].prefix { !ends.contains($0) })
            var out = ByteBuffer(capacity: 1_024)
            let isSecure = url[..<colon].count == 5
            let parsed = try? AuthorityParser.parse(
                authority.span,
                defaultPort: isSecure ? 443 : 80,
                into: &out
            )
            let ours = parsed.map { host(out, $0) }
            let isEither = tally.count(ours: ours, theirs: row[1])
            #expect(isEither, "\(row): \(ours ?? "-")")
            if let parsed { #expect(String(parsed.port) == row[2], "\(row)") }
        }
        print("WPT urltestdata as authorities: \(tally)")
        #expect(tally == Tally(same: 101, refused: 254, refusedByBoth: 188))
    }

    @Test(
        "hosts are refused or are what the URL standard makes of them",
        .enabled(if: DataFile.isThere("wpt-hosts.tsv"), "made by Scripts/vectors")
    )
    func hosts() throws {
        let rows = try DataFile.rows(DataFile.foreign("wpt-hosts.tsv"))
        var tally = Tally()
        for row in rows {
            let bytes = try DataFile.unescaped(row[0])
            var out = ByteBuffer(capacity: 1_024)
            let parsed = try? AuthorityParser.parseHost(bytes.span, into: &out)
            let ours = parsed.map { host(out, $0) }
            let isEither = tally.count(ours: ours, theirs: row[1])
            #expect(isEither, "\(row): \(ours ?? "-")")
        }
        print("WPT toascii: \(rows.count) hosts, \(tally)")
        #expect(rows.count == 87)
        #expect(tally == Tally(same: 11, refused: 76, refusedByBoth: 19))
    }

    @Test("spellings of inner addresses are refused or classified as what they are")
    func addresses() throws {
        let rows = try DataFile.rows(DataFile.vectors("ssrf-addresses.tsv"))
        var refused = 0
        var plain = 0
        var carried = 0
        for row in rows {
            let target = try DataFile.unescaped("http://\(row[0])/")
            let truth = try #require(IPAddress(row[1]))
            #expect(!AddressClass.of(truth).isPublic, "\(row)")
            let head = Array("GET ".utf8) + target + Array(" HTTP/1.0\r\n\r\n".utf8)
            guard let request = try? parseRequest(head) else {
                refused += 1
                continue
            }
            let found = request.head.authority
            #expect(found.kind == .address, "\(row) is taken for a name")
            #expect(!AddressClass.of(found.address).isPublic, "\(row) passes for public")
            if found.address == truth {
                plain += 1
            } else {
                #expect(found.address.carriedV4 == truth, "\(row) is \(found.address.text)")
                carried += 1
            }
        }
        let counts = "\(refused) refused, \(plain) plain, \(carried) embedded"
        print("address spellings: \(rows.count), \(counts)")
        #expect(rows.count == 549)
        #expect([refused, plain, carried] == [400, 30, 119])
    }
}
