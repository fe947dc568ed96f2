// What a check of the code base reports. One shape for all of them, so that every message can
// be clicked on and says what to do.

import Testing

/// A place that breaks a rule of the house, and the way out.
struct Finding: CustomStringConvertible, Equatable {
    /// Relative to the repository's root.
    let file: String
    /// Counted from one.
    let line: Int
    /// What is wrong and what to write instead.
    let message: String

    var description: String { "\(file):\(line): \(message)" }
}

/// Fails the running test once for each finding.
func expectNone(_ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation) {
    for finding in findings {
        Issue.record("\(finding)", sourceLocation: sourceLocation)
    }
}
