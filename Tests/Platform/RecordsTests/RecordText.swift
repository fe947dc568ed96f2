// The canonical lines that the tests hand out as records.

let boot = "00112233445566778899aabbccddeeff"

/// The canonical line of a record.
func line(_ number: UInt64, worker: UInt8 = 0, padding: String = "") -> String {
    #"{"boot_id":"\#(boot)","gateway_id":"gw-1","padding":"\#(padding)","#
        + #""sequence":\#(number),"worker":\#(worker)}"#
}
