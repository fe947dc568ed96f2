// Between libFuzzer and the checks: the one place with a pointer, and the way to say that
// something is wrong.

/// Lends libFuzzer's bytes to `check`; the result is what libFuzzer expects.
public func withFuzzInput(
    _ start: UnsafePointer<UInt8>?,
    _ count: Int,
    _ check: (Span<UInt8>) -> Void
) -> CInt {
    check(UnsafeBufferPointer(start: start, count: count).span)
    return 0
}

/// Ends the process, which libFuzzer reports as a crash with its input, unless `condition` holds.
///
/// - Parameter sentence: what should have been true.
public func require(_ condition: Bool, _ sentence: @autoclosure () -> String) {
    if !condition { fatalError("a check failed: \(sentence())") }
}

/// Bytes in a message.
public func quoted(_ bytes: some Sequence<UInt8>) -> String {
    "`" + String(decoding: Array(bytes), as: UTF8.self).debugDescription + "`"
}
