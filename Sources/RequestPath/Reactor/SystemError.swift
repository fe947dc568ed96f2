// Error numbers that callers tell apart, so that no other module needs the C headers.

import CLinux

/// The system's error numbers that callers tell apart.
public enum SystemError {
    /// Whether the process or the system has no descriptor left.
    public static func isOutOfDescriptors(_ code: Int32) -> Bool {
        code == EMFILE || code == ENFILE
    }

    /// Nobody listens at that address.
    public static var refused: Int32 { ECONNREFUSED }
    /// The connection attempt took too long for the kernel.
    public static var timedOut: Int32 { ETIMEDOUT }
}
