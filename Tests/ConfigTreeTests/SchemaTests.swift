// The table itself: that all of it has an effect, that it explains itself, and that the reference
// page says the same.

import ClawgressConfigTree
import ClawgressModel
import Foundation
import Testing

@Suite("The grammar")
struct SchemaTests {
    /// A leaf or set of the grammar, with a name for each list on the way.
    struct Place: CustomTestStringConvertible, Sendable {
        let path: ConfigPath
        let leaf: LeafShape
        var testDescription: String { path.text }
    }

    private static let places = collect(ConfigSchema.root, at: [])

    private static func collect(_ shape: ConfigShape, at path: ConfigPath) -> [Place] {
        switch shape {
        case .container(let container):
            return container.children.flatMap {
                collect($0.shape, at: path.appending($0.keyword))
            }
        case .list(let list):
            var maker = TreeMaker(seed: 0)
            return collect(list.entry, at: path.appending(maker.word(list.name.type)))
        case .leaf(let leaf), .leaves(let leaf): return [Place(path: path, leaf: leaf)]
        }
    }

    /// Values of a type, more than one.
    private static func values(of type: ValueType) throws -> [ConfigValue] {
        var words: Set<String> = []
        for seed in 0..<32 {
            var maker = TreeMaker(seed: UInt64(seed))
            words.insert(maker.word(type))
        }
        return try words.sorted().map { try #require(type.value(of: $0)) }
    }

    /// The snapshot of a tree that has the value at its place, and else only what it must have.
    private func snapshot(_ place: Place, _ value: ConfigValue) throws -> Snapshot {
        var tree = ConfigTree()
        for name in ["a", "b", "c-1", "to"] {
            for field in ["team", "project", "environment"] {
                try tree.apply(.set(["agent", name, field], .text("x")))
            }
            try tree.apply(.set(["destination-group", name, "destination"], .text("y.test")))
        }
        // What holds for policies that say nothing shows in one of them.
        try tree.apply(.set(["policy", "opens-tunnels", "action"], .text("allow")))
        var maker = TreeMaker(seed: 1)
        for length in place.path.words.indices {
            let path = ConfigPath(Array(place.path.words.prefix(length)))
            guard case .container(let container)? = ConfigSchema.shape(at: path) else { continue }
            for child in container.children
            where child.isRequired || child.keyword == container.oneOf.first {
                guard let type = child.shape.leaf?.type else { continue }
                let value = try #require(type.value(of: maker.word(type)))
                try tree.apply(.set(path.appending(child.keyword), value))
            }
        }
        try tree.apply(.set(place.path, value))
        var snapshot = try tree.snapshot()
        snapshot.configuration = nil
        return snapshot
    }

    @Test(
        "each place has an effect on what gateways obey",
        arguments: places.filter { $0.path.words[0] != "user" }
    )
    func effect(place: Place) throws {
        let values = try Self.values(of: place.leaf.type)
        #expect(values.count > 1)
        let first = try snapshot(place, values[0])
        let second = try snapshot(place, values[1])
        #expect(first != second)
    }

    @Test("what holds where nothing is set is what the model says", arguments: places)
    func fallbacks(place: Place) throws {
        guard let fallback = place.leaf.fallback, place.path.words[0] != "user" else { return }
        var before = try snapshot(place, fallback)
        // The same tree without the place.
        let tree = try ConfigTree(before)
        #expect(tree.node(at: place.path) == nil)
        before.configuration = tree.digest
        #expect(try tree.snapshot() == before)
    }

    @Test("each limit of the model is there")
    func limits() {
        let shape = ConfigSchema.shape(at: ["gateway", "limit"])
        guard case .container(let container)? = shape else { return #expect(Bool(false)) }
        #expect(
            container.children.map(\.keyword)
                == Limits.named.map { $0.name.replacing("_", with: "-") }
        )
    }

    @Test("everything is explained")
    func help() {
        func check(_ shape: ConfigShape) {
            switch shape {
            case .container(let container):
                for child in container.children {
                    #expect(!child.help.isEmpty && !child.help.hasSuffix("."))
                    check(child.shape)
                }
            case .list(let list):
                #expect(!list.name.type.allowed.isEmpty)
                check(list.entry)
            case .leaf(let leaf), .leaves(let leaf):
                #expect(!leaf.type.allowed.isEmpty)
                if let fallback = leaf.fallback {
                    #expect(leaf.type.value(of: fallback.word) == fallback)
                }
            }
        }
        check(ConfigSchema.root)
    }

    @Test("the reference page is what the grammar says")
    func page() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Documentation/configuration.md").standardized
        if ProcessInfo.processInfo.environment["CLAWGRESS_REWRITE"] != nil {
            try ConfigSchema.markdown.write(to: file, atomically: true, encoding: .utf8)
        }
        let page = try String(contentsOf: file, encoding: .utf8)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let expected = ConfigSchema.markdown.split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        let difference = expected.difference(from: lines)
        #expect(
            difference.isEmpty,
            "run this test with CLAWGRESS_REWRITE=1 to write Documentation/configuration.md"
        )
    }
}

extension ConfigShape {
    /// The leaf or set that this is.
    fileprivate var leaf: LeafShape? {
        switch self {
        case .leaf(let leaf), .leaves(let leaf): leaf
        case .container, .list: nil
        }
    }
}
