// The canonical lines that the tests hand out as records.

import ClawgressRecords

let boot = "00112233445566778899aabbccddeeff"

/// The canonical line of a record.
func line(_ number: UInt64, worker: UInt8 = 0, padding: String = "") -> String {
    #"{"boot_id":"\#(boot)","gateway_id":"gw-1","padding":"\#(padding)","#
        + #""sequence":\#(number),"worker":\#(worker)}"#
}

/// What a heartbeat, or another record, with these last numbers says of others.
func heartbeatSign(_ record: String, _ sequences: String) throws -> SignOfLife? {
    let text =
        #"{"boot_id":"\#(boot)","gateway_id":"gw-1","last_sequences":\#(sequences),"#
        + #""phase":"running","record":"\#(record)","sequence":3,"worker":0}"#
    return try RecordLine.read(Array(text.utf8).span).sign
}
