// The commands about bundles.

import ArgumentParser

/// `clawgress bundle`.
struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Makes, signs and checks the bundles that gateways obey.",
        subcommands: [
            BundleInit.self, BundleBuild.self, BundleSign.self, BundlePublish.self,
            BundleVerify.self, BundleShow.self,
        ]
    )
}

/// The names of the files in a source folder.
enum SourceFolder {
    static var sealedKey: String { "signing-key.sealed" }
    static var publicKey: String { "signing-key.pub.jwk" }
    static var bundle: String { "bundle.jws" }
}
