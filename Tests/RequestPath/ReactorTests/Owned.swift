// The testing macros copy what they look at, and sockets and tables cannot be copied: these
// two functions take the place of `#require` and `#expect` for them.

import Testing

/// The value, or a failed test.
func owned<Value: ~Copyable>(
    _ value: consuming Value?,
    _ place: SourceLocation = #_sourceLocation
) throws -> Value {
    guard let value else {
        Issue.record("there is no value", sourceLocation: place)
        throw NothingThere()
    }
    return value
}

/// Fails the test unless the condition holds.
func expect(_ condition: Bool, _ place: SourceLocation = #_sourceLocation) {
    #expect(condition, sourceLocation: place)
}

/// Thrown where a value was missing; the issue is recorded already.
struct NothingThere: Error {}
