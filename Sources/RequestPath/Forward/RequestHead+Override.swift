// The fields by which a client asks an origin to take another method than the request line's.
// The gateway passes them on where no rule looks at methods; where one does, it must know what
// they say.

import ClawgressBytes
import ClawgressModel

extension RequestHead {
    /// The value of the first method-override field at or behind `place`, in the input.
    ///
    /// - Parameters:
    ///   - head: the input that this head was parsed from.
    ///   - place: the lower bound of ``methodOverrides`` at first; moves behind what was found.
    /// - Returns: nil if there is no further one.
    public func nextMethodOverride(in head: Span<UInt8>, from place: inout Int) -> Range<Int>? {
        guard let lines = methodOverrides else { return nil }
        while place < lines.upperBound {
            // Every line was judged when the head was parsed.
            guard let field = try? FieldLine(head, at: place) else { return nil }
            place = field.line.upperBound
            if field.kind == .methodOverride { return field.value }
        }
        return nil
    }
}
