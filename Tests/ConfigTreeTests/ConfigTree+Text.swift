// Configurations as text that a test can compare.

import ClawgressConfigTree

extension ConfigTree {
    func commandsText() -> String { String(decoding: commandBytes(), as: UTF8.self) }

    func showText() -> String { String(decoding: shownBytes(), as: UTF8.self) }

    func showText(marking base: ConfigTree, onlyChanges: Bool = false) -> String {
        let bytes = shownBytes(marking: base, onlyChanges: onlyChanges)
        return String(decoding: bytes, as: UTF8.self)
    }
}
