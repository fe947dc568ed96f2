// What operators read when a bundle is refused.

import ClawgressBundle
import ClawgressJWS
import Testing

@Suite("Rejections of bundles")
struct BundleRejectionTests {
    static let all: [BundleRejection] = [
        .tooLarge(bytes: 9), .malformed(.malformedCompact), .wrongType("JWT"), .wrongType(nil),
        .algorithmRefused("ES256"), .keyUnknown("k"), .keyUnknown(nil),
        .keyNotValid("k"), .signatureInvalid, .epochNotAllowed(offered: 2, allowed: 1),
        .contentMalformed("p"), .formatUnknown("v9"),
        .revisionMismatch(stated: "a", actual: "b"),
        .notNewer(
            offered: BundleOrder(epoch: 1, serial: 2),
            active: BundleOrder(epoch: 1, serial: 3)
        ),
    ]

    @Test("has a stable code and one lower-case sentence for each", arguments: all)
    func sentences(rejection: BundleRejection) {
        #expect(rejection.code.hasPrefix("bundle_"))
        let sentence = rejection.description
        #expect(sentence.first?.isLowercase == true)
        #expect(!sentence.hasSuffix(".") && !sentence.contains("\n"))
    }

    @Test("has a code of its own for each kind")
    func codes() {
        #expect(Set(Self.all.map(\.code)).count == 12)
    }

    @Test("names both places when a bundle is not newer")
    func notNewer() {
        #expect(
            Self.all.last?.description
                == "the bundle is epoch 1, serial 2, which is not higher than epoch 1, serial 3"
        )
    }
}
