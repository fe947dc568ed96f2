// clawgress-load: the load generator and the origin of the side-by-side benchmark. One thread,
// one JSON line; Scripts/bench starts it pinned to a processor of its own.
//
//   origin  --port P
//   plain   --proxy A:P --target HOST:PORT --identities FILE --connections 64 --seconds 5
//   tunnel  the same with small requests in kept tunnels
//   connect the same with a new connection, CONNECT, request and close per cycle
//   bulk    the same with `--bytes N` per answer, `--count N` answers at most
//   rate    plain requests at `--rps N`, latency from when each was due
//   idle    `--tunnels N` opened and held until standard input ends
//
// With `--origin A:P` in place of `--proxy` the origin is asked directly.

import CLinux
import Glibc

@main
enum ClawgressLoad {
    static func main() {
        let arguments = Arguments(CommandLine.arguments)
        signal(SIGPIPE, SIG_IGN)
        switch arguments.mode {
        case "origin": Origin(arguments).run()
        case "plain": ClosedLoop(.plain, arguments, path: "/").run()
        case "tunnel": ClosedLoop(.tunnel, arguments, path: "/").run()
        case "connect": ClosedLoop(.cycle, arguments, path: "/").run()
        case "bulk":
            let bytes = arguments.number("bytes", default: 64 << 20)
            ClosedLoop(.tunnel, arguments, path: "/bulk/\(bytes)").run()
        case "rate": OpenLoop(arguments).run()
        case "idle": IdleTunnels(arguments).run()
        default: Arguments.fail("unknown mode `\(arguments.mode)`")
        }
    }
}
