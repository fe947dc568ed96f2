// Whole configurations as they were written last. A large one is a hundred thousand lines, and what one
// content looks like never changes, so it is written once for all who read it.

import Synchronization

/// Texts of contents, of which those that were read last are kept.
final class WrittenTexts: Sendable {
    private struct Text {
        let name: String
        let bytes: [UInt8]
    }

    private let kept = Mutex<[Text]>([])

    private static var countMax: Int { 8 }
    private static var bytesMax: Int { 32 << 20 }

    /// The text of that name, written now if it is not kept.
    ///
    /// - Parameter name: of one content in one form.
    func text(_ name: String, _ write: () -> [UInt8]) -> [UInt8] {
        if let bytes = kept.withLock({ Self.take(name, from: &$0) }) { return bytes }
        // Others are not kept waiting; whoever asks for the same meanwhile writes it, too.
        let bytes = write()
        kept.withLock { texts in
            guard Self.take(name, from: &texts) == nil else { return }
            texts.append(Text(name: name, bytes: bytes))
            var size = texts.reduce(0) { $0 + $1.bytes.count }
            while texts.count > Self.countMax || size > Self.bytesMax {
                size -= texts.removeFirst().bytes.count
            }
        }
        return bytes
    }

    /// The text of that name, which is the last to go from now on.
    private static func take(_ name: String, from texts: inout [Text]) -> [UInt8]? {
        guard let place = texts.firstIndex(where: { $0.name == name }) else { return nil }
        let text = texts.remove(at: place)
        texts.append(text)
        return text.bytes
    }
}
