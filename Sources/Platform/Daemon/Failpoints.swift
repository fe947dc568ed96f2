// Named places at which a process may be told to kill itself. What must survive a kill at every
// step of a protocol can only be tested by one that really happens there.

import Glibc

/// The named steps of a daemon, and the one at which this process ends.
///
/// They are part of the product, so that what is tested is what is shipped. Without
/// `allow_failpoints: true` in the configuration the environment cannot reach them.
public struct Failpoints: Sendable {
    /// The variable that names the step.
    public static var variable: String { "CLAWGRESS_STOP_AT" }

    private let step: String?

    /// Reads the environment.
    ///
    /// - Parameters:
    ///   - allowed: whether the configuration file allows it.
    ///   - steps: the daemon's steps, all of which are documented.
    /// - Throws: `StartRefusal` if a step is named that is unknown or not allowed.
    public init(allowed: Bool, steps: [String]) throws(StartRefusal) {
        // unsafe: the environment's text is copied before anything could change it.
        guard let text = unsafe getenv(Self.variable) else {
            step = nil
            return
        }
        // unsafe: the text ends with a zero byte, as the environment's texts do.
        let name = unsafe String(cString: text)
        guard allowed else {
            throw StartRefusal(
                "`\(Self.variable)` is set, and the configuration does not have "
                    + "`allow_failpoints: true`"
            )
        }
        guard steps.contains(name) else {
            throw StartRefusal(
                "`\(Self.variable)` is `\(name)`; known steps are "
                    + steps.map { "`\($0)`" }.joined(separator: ", ")
            )
        }
        step = name
    }

    /// Ends the process, as `kill -9` does, if it is to end at `step`.
    public func reach(_ step: String) {
        guard step == self.step else { return }
        kill(getpid(), SIGKILL)
    }
}
