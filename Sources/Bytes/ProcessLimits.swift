// How many files this process may have open: the bound of every table that is indexed by
// descriptor.

import CLinux

/// Limits that the system sets for this process.
public enum ProcessLimits {
    /// Raises the soft limit of open files to the hard one and returns it.
    ///
    /// Never more than `bound`, because tables of that size are reserved.
    public static func raiseOpenFiles(bound: Int) -> Int {
        cl_raise_open_files(bound)
    }

    /// The number of processors that this process may use.
    public static func processors() -> Int {
        max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)
    }
}
