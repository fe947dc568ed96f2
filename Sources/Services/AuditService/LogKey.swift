// The key that signs checkpoints. Its name is the log's name, and both are chosen once: a log with
// another name or key is another log.

import ClawgressBytes
public import ClawgressDaemon
public import ClawgressSealing
import ClawgressTransparencyLog
public import ClawgressTransparencyLogSigning

/// The log's key on disk.
public enum LogKey {
    /// A name for a log whose owner chose none.
    public static func drawnName(using generator: inout some RandomNumberGenerator) -> String {
        let digits = (0..<8).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return "clawgress/\(Hexadecimal.encode(digits))"
    }

    /// Makes the key of a new log and keeps it sealed.
    ///
    /// - Returns: the key by which the log is verified, `name+id+key`.
    /// - Throws: `StartRefusal`, also if there is a key already.
    public static func create(
        _ places: AuditPlaces,
        name: String,
        passphrase: Passphrase,
        cost: SealedBytes.Cost = .standard
    ) throws(StartRefusal) -> String {
        guard Folder.length(ofFile: places.key) == nil else {
            throw StartRefusal("`\(places.key)` exists already: the key of a log is made once")
        }
        do {
            let signer = try NoteSigner.generate(.ed25519, name: name)
            let verifier = signer.key.text
            let sealed = try SealedBytes(
                sealing: signer.seed,
                name: verifier,
                with: passphrase,
                cost: cost
            )
            try Folder.create(places.stateFolder)
            let line = Array("\(verifier)\n".utf8)
            try WholeFile.replace(places.verifierKey, with: line, mode: 0o644)
            try WholeFile.replace(places.key, with: sealed.fileBytes, mode: 0o600)
            return verifier
        } catch {
            throw StartRefusal("the log's key cannot be made: \(error)")
        }
    }

    /// Opens the key.
    ///
    /// - Parameter name: the log's name if the configuration demands one.
    /// - Throws: `StartRefusal`.
    public static func open(
        _ places: AuditPlaces,
        name: String?,
        passphrase: Passphrase
    ) throws(StartRefusal) -> NoteSigner {
        do {
            let file = try WholeFile.read(places.key, bytesMax: SealedBytes.fileBytesMax)
            let sealed = try SealedBytes(file: file)
            let known = try NoteKey(sealed.name)
            if let name, name != known.name {
                throw StartRefusal(
                    "`log_name` is `\(name)`, but the log is `\(known.name)`: a log keeps its name"
                )
            }
            let seed = try sealed.open(with: passphrase)
            let signer = try NoteSigner(.ed25519, name: known.name, seed: seed)
            guard signer.key == known else {
                throw StartRefusal("`\(places.key)` holds another key than it says")
            }
            return signer
        } catch let refusal as StartRefusal {
            throw refusal
        } catch let error as FileError where error.isMissingFile {
            throw StartRefusal(
                "the log has no key yet: run `clawgress-audit init --config FILE` once"
            )
        } catch {
            throw StartRefusal("`\(places.key)`: \(error)")
        }
    }
}
