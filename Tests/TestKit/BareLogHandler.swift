// What a log handler of a test has to say of levels and metadata: everything and nothing.

public import Logging

/// A handler of a logger that nobody configures: it takes every level and adds no metadata.
public protocol BareLogHandler: LogHandler {}

extension BareLogHandler {
    public var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    public var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    public subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
}
