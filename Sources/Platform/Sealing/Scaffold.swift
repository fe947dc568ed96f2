// Scaffolding, to be replaced.

import ClawgressBytes
import Crypto
import CryptoExtras
