// Fields that must not come after the content, recognised across reads without storing a name:
// a running hash finds every refused name. That another name might share its hash costs at
// worst a refusal, never a passage.

import ClawgressBytes

/// Recognition of trailer fields that would change framing, routing, identity or the meaning of
/// content that was passed on already (RFC 9110 section 6.5.1).
enum TrailerName {
    /// The hash of no bytes (FNV-1a, 64 bits).
    static var start: UInt64 { 0xCBF2_9CE4_8422_2325 }

    /// The hash with one more byte, without regard to case.
    static func adding(_ byte: UInt8, to hash: UInt64) -> UInt64 {
        (hash ^ UInt64(ASCII.lowercased(byte))) &* 0x0000_0100_0000_01B3
    }

    /// Whether a complete name is one of the refused.
    static func isRefused(_ hash: UInt64) -> Bool {
        isAboutTheMessage(hash) || isAboutTheContent(hash)
    }

    /// Whether a name begins with a prefix that is ours or a proxy's.
    static func isRefusedPrefix(_ hash: UInt64) -> Bool {
        switch hash {
        case 0xB6E1_D6E5_E79E_DEC2: true  // proxy-
        case 0x81B0_1834_F43C_404B: true  // clawgress-
        default: false
        }
    }

    private static func isAboutTheMessage(_ hash: UInt64) -> Bool {
        switch hash {
        case 0x2D69_A1E6_EE91_6E7D: true  // content-length
        case 0x8640_BD73_5E9D_802C: true  // transfer-encoding
        case 0x4077_F8CC_7EAF_4D6F: true  // host
        case 0xC7F5_97EA_639B_1B59: true  // connection
        case 0x9B91_2FCF_8DA6_9BE0: true  // keep-alive
        case 0x08C8_3307_B56A_B672: true  // te
        case 0xDAC5_827C_E61E_8E00: true  // trailer
        case 0x7F7D_77D7_C2A0_3DB7: true  // upgrade
        case 0x208A_D797_7190_AAD8: true  // expect
        default: false
        }
    }

    private static func isAboutTheContent(_ hash: UInt64) -> Bool {
        switch hash {
        case 0xFF97_4CE1_FD18_159E: true  // authorization
        case 0x4672_6D6A_D9E9_607F: true  // cookie
        case 0x9743_B29F_3FB3_7E38: true  // set-cookie
        case 0x6588_C89F_383D_EDE2: true  // www-authenticate
        case 0x8BAE_A7CC_B2AF_A2C8: true  // content-encoding
        case 0x0F4D_D5CF_6A7A_0235: true  // content-type
        case 0x5C14_2E17_CF2C_6BEA: true  // content-range
        case 0x363E_47B7_57C3_6A8D: true  // cache-control
        case 0x8F90_406E_9A94_ABE6: true  // location
        default: false
        }
    }
}
