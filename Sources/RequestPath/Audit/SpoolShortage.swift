// Why there was no room for a record: what a gap record gives as its reason, so that whoever finds it
// years later knows whether a bound, a disk or a slow machine was at fault.

import ClawgressBytes

/// Why a spool had no segment to write to.
public enum SpoolShortage: UInt8, Sendable, CaseIterable {
    /// Segments are made more slowly than they are filled.
    case notReady = 1
    /// The folder holds as many bytes as it may.
    case bytesMax
    /// The disk has no room.
    case diskFull
    /// The disk refuses for another reason.
    case diskError

    /// The word for it in a gap record's JSON.
    public var name: StaticString {
        switch self {
        case .notReady: "not_ready"
        case .bytesMax: "bytes_max"
        case .diskFull: "disk_full"
        case .diskError: "disk_error"
        }
    }

    /// What kept a segment from being made.
    init(_ error: SpoolError) {
        switch error {
        case .full: self = .bytesMax
        case .file(let error) where error.isDiskFull: self = .diskFull
        case .file, .owned, .malformed: self = .diskError
        }
    }
}
