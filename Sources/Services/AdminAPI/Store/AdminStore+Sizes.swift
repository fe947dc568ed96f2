// How much there is of what is bounded, for the metrics.

import GRDB

extension AdminStore {
    func keptSizes() throws(Refusal) -> KeptSizes {
        try read { database in
            func number(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
            return KeptSizes(
                sessions: try number("SELECT count(*) FROM credential WHERE kind = 'session'"),
                tokens: try number("SELECT count(*) FROM credential WHERE kind = 'token'"),
                candidateBytes: try number("SELECT sum(bytes) FROM candidate"),
                answerBytes: try number("SELECT sum(bytes) FROM repetition"),
                events: try number("SELECT count(*) FROM event")
            )
        }
    }
}
