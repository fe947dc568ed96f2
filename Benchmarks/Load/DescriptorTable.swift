// What is known of each open descriptor, found by its number: the kernel hands out small
// numbers, so a plain array does, and costs the generator nothing that a proxy would wait for.

/// Values by descriptor.
struct DescriptorTable<Value> {
    private var values: [Value?] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The values of all open descriptors.
    var open: [Value] { values.compactMap { $0 } }

    subscript(descriptor: Int32) -> Value? {
        get {
            let index = Int(descriptor)
            return index < values.count ? values[index] : nil
        }
        _modify {
            let index = Int(descriptor)
            while values.count <= index { values.append(nil) }
            let before = values[index] != nil
            yield &values[index]
            count += (values[index] != nil ? 1 : 0) - (before ? 1 : 0)
        }
    }
}
