// A kind of alert is said at most once a minute, and counted always.

import ClawgressDaemon
import Testing

@Suite("The book of alerts")
struct AlertBookTests {
    @Test("says a kind once a minute, with the number of times that it was silent since")
    func minute() {
        var book = AlertBook<String>()
        let times: [Int64] = [5, 6, 60_004, 60_005, 60_006, 120_005]
        #expect(times.map { book.raise("disk", at: $0) } == [0, nil, nil, 2, nil, 1])
        #expect(book.total("disk") == 6)
    }

    @Test("knows each kind by itself")
    func kinds() {
        var book = AlertBook<String>()
        #expect(book.raise("disk", at: 0) == 0)
        #expect(book.raise("log", at: 0) == 0)
        #expect(book.total("log") == 1 && book.total("other") == 0)
    }
}
