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
        isAboutTheMessage(hash) || isAboutTheContent(hash) || isAboutTheRequest(hash)
            || isAboutTheAnswer(hash)
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
        case 0x3534_35F1_CCE8_3396: true  // max-forwards
        case 0x68E8_F719_4EBA_5D73: true  // via
        case 0xBFF9_9093_19C7_6567: true  // content_length, which CGI cannot tell apart
        case 0xDFF7_1B1D_7A41_184A: true  // transfer_encoding
        default: false
        }
    }

    /// Conditions, ranges and second methods: a request is judged before its trailers come.
    private static func isAboutTheRequest(_ hash: UInt64) -> Bool {
        switch hash {
        case 0x526E_B811_B28D_5CB2: true  // range
        case 0xA799_788B_FFAE_8EEA: true  // if-match
        case 0x6770_B674_9FB0_3F57: true  // if-none-match
        case 0x8CE0_7DCB_53AE_9C09: true  // if-modified-since
        case 0x0526_F408_FE7F_456A: true  // if-unmodified-since
        case 0x8466_7653_95AC_FEBE: true  // if-range
        case 0xDDB4_59D9_6BCA_92C5: true  // pragma
        case 0xF2CB_A41C_3A26_E7F3: true  // x-http-method-override
        case 0x1AE5_8CAB_02AB_95E4: true  // x-http-method
        case 0xC9E3_5BDB_06D5_B112: true  // x-method-override
        default: false
        }
    }

    /// What a cache or a client needs before the content (RFC 7230 section 4.1.2).
    private static func isAboutTheAnswer(_ hash: UInt64) -> Bool {
        switch hash {
        case 0xE715_B419_0539_215C: true  // age
        case 0x855B_5167_30A3_4339: true  // date
        case 0xB1B2_41F0_6BB1_CF03: true  // expires
        case 0x4352_3A00_EDC1_7FA5: true  // vary
        case 0x129F_AC0A_E1DF_7C8F: true  // warning
        case 0x434E_F288_8213_01B6: true  // retry-after
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
