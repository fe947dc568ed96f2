// What a sound log says about records that are not in it.

import ClawgressLogVerification
import ClawgressRecords
import Testing

@Suite("a verifier of records")
struct SurveyTests {
    private func key(_ number: UInt64) throws -> RecordKey {
        var key = try RecordLine.key(of: record(1).span)
        key.number = number
        return key
    }

    private func gap(allow: Int, deny: Int) -> [UInt8] {
        let text =
            #"{"allow":\#(allow),"boot_id":"\#(boot)","deny":\#(deny),"first":"2026-11-26T09:00:00Z","#
            + #""gateway_id":"gw-1","rate_limit":1,"record":"gap","segment":4,"worker":0}"#
        return Array(text.utf8)
    }

    @Test("names the numbers that are missing")
    func missing() throws {
        let log = try MemoryLog([1, 2, 5, 6, 9].map { record($0) })
        let stream = try key(1).stream
        #expect(try log.findings() == [.missing(stream, [3...4, 7...8], count: 4)])
        // The rest of the log may have them.
        #expect(try log.verifier.verify(0..<5).findings == [])
    }

    @Test("names a record that is there twice")
    func repeated() throws {
        let log = try MemoryLog([1, 2, 2, 3].map { record($0) })
        #expect(try log.findings() == [.repeated(try key(2), index: 2)])
    }

    @Test("passes on what a sender admits to have lost")
    func gaps() throws {
        let log = try MemoryLog([record(1), gap(allow: 5, deny: 2), record(2)])
        var stream = try key(1).stream
        stream.kind = .gaps
        #expect(try log.findings() == [.gap(stream, lost: 8)])
    }

    @Test("says that an entry is no record")
    func noRecord() throws {
        let log = try MemoryLog([record(1), Array("hello".utf8)])
        #expect(try log.findings() == [.noRecord(index: 1, .notCanonical(offset: 0))])
    }
}
