// A key pair on disk: the sealed private half and the public half beside it.

import ClawgressBundleSigning
import ClawgressBytes
import ClawgressJWS
import ClawgressJWSSigning
import ClawgressSealing
import Foundation

/// Writes new key pairs.
enum SealedKeyFiles {
    /// Seals `key` into `sealedPath`, and writes its public half to `publicPath`.
    ///
    /// Never overwrites: a lost signing key cannot be made again.
    static func write(
        _ key: SigningKey,
        sealedWith passphrase: Passphrase,
        to sealedPath: String,
        publicPath: String
    ) throws {
        for path in [sealedPath, publicPath] { try requireAbsent(path) }
        let sealed = try SealedKey(sealing: key, with: passphrase)
        try WholeFile.replace(sealedPath, with: sealed.fileBytes, mode: 0o600)
        let publicText = key.publicJWK.jsonText + "\n"
        try WholeFile.replace(publicPath, with: Array(publicText.utf8), mode: 0o644)
    }

    /// Refuses to go on if something is at `path`.
    static func requireAbsent(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                .cannotCreate,
                "`\(path)` is there already; remove it or choose another place"
            )
        }
    }
}
