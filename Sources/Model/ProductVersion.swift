// One version for all programs of the product, because they are built and released together.

/// The product as a whole.
public enum Product {
    /// The version, as `--version` prints it (Semantic Versioning 2.0.0).
    public static var version: String { "0.1.0" }
}
