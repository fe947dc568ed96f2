// Scaffolding, to be replaced.

import ClawgressBytes
import ClawgressMesh
import ClawgressSealing
import Crypto
import SwiftASN1
import X509
