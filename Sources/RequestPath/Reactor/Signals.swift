// Signals that must not end the process.

import CLinux

/// The process' answer to signals.
public enum Signals {
    /// Makes a write to a closed connection an error of that write.
    ///
    /// Splice has no flag for it, so without this one client that goes away could end the gateway.
    public static func ignoreBrokenPipes() {
        cl_ignore_broken_pipes()
    }
}
