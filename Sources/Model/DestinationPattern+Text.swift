// Patterns written back: one spelling for each meaning, so that equal patterns have equal text.

extension DestinationPattern {
    /// The pattern in its one spelling: small letters, no trailing dot, the shortest addresses,
    /// brackets only where the grammar needs them.
    public var text: String {
        let suffix =
            switch ports {
            case .defaults: ""
            case .range(1, 65_535): ":*"
            case .range(let low, let high): low == high ? ":\(low)" : ":\(low)-\(high)"
            }
        return target.text(isBracketed: ports != .defaults) + suffix
    }
}

extension DestinationPattern.Target {
    fileprivate func text(isBracketed: Bool) -> String {
        switch self {
        case .anything: return "*"
        case .name(let name): return name
        case .below(let name): return "*.\(name)"
        case .block(let block):
            let isLiteral = block.prefixLength == (block.base.isV4 ? 32 : 128)
            let length = isLiteral ? "" : "/\(block.prefixLength)"
            // A literal of version 6 is written as in a URI; a block only if a port follows.
            let needsBrackets = !block.base.isV4 && (isLiteral || isBracketed)
            return (needsBrackets ? "[\(block.base.text)]" : block.base.text) + length
        }
    }
}
