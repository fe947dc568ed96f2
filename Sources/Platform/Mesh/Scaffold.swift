// Scaffolding, to be replaced.

import AsyncHTTPClient
import ClawgressBytes
import ClawgressSealing
import Hummingbird
import HummingbirdTLS
import NIOCore
import NIOSSL
import SwiftASN1
import X509
