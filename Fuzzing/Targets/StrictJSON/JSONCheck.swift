// A text that is accepted has one meaning: written again it reads as the same value, and another
// reader takes it, too.

import ClawgressJWS
import FoundationEssentials
import FuzzShared

enum JSONCheck {
    static func check(_ bytes: [UInt8]) {
        guard let value = read(bytes) else { return }
        let text = Array(value.jsonText.utf8)
        guard let again = read(text) else {
            return require(false, "what was written is refused: \(quoted(text))")
        }
        require(again == value, "another value the second time: \(quoted(text))")
        require(Array(again.jsonText.utf8) == text, "a second canonical form of \(quoted(text))")
        require(isUnambiguous(value), "a name that is there twice")
        require(isReadByOthers(bytes), "accepted here, and refused by Foundation")
    }

    private static func read(_ bytes: [UInt8]) -> JSONValue? {
        do throws(JSONError) {
            return try StrictJSON.read(bytes.span)
        } catch {
            require((0...bytes.count).contains(error.offset), "the problem is outside the text")
            return nil
        }
    }

    private static func isUnambiguous(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members):
            Set(members.map { Array($0.name.utf8) }).count == members.count
                && members.allSatisfy { isUnambiguous($0.value) }
        case .array(let elements): elements.allSatisfy(isUnambiguous)
        default: true
        }
    }

    /// Foundation's reader, which takes more; it need not agree on numbers.
    private static func isReadByOthers(_ bytes: [UInt8]) -> Bool {
        (try? JSONDecoder().decode(AnyValue.self, from: Data(bytes))) != nil
    }

    /// Any JSON value, looked at as far as its syntax.
    private struct AnyValue: Decodable {
        init(from decoder: any Decoder) throws {}
    }
}
