// The document and the routes say the same.

import ClawgressAdminAPI
import ClawgressContract
import Foundation
import HTTPTypes
import Testing
import Yams

@Suite("The OpenAPI document")
struct OpenAPITests {
    private struct Operation {
        let method: String
        let path: String
        let node: Node
    }

    private let root: Node
    private let operations: [Operation]

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Documentation/openapi.yaml")
        root = try #require(try Yams.compose(yaml: try String(contentsOf: file, encoding: .utf8)))
        let methods = ["get", "put", "post", "delete", "patch", "head", "options"]
        var operations: [Operation] = []
        for (path, item) in try #require(root["paths"]?.mapping) {
            for (method, node) in try #require(item.mapping) {
                guard let method = method.string, methods.contains(method) else { continue }
                let path = try #require(path.string)
                operations.append(Operation(method: method, path: path, node: node))
            }
        }
        self.operations = operations
    }

    private func operation(_ route: AdminRoute) throws -> Operation {
        let found = operations.filter {
            $0.method == route.method.rawValue.lowercased() && $0.path == route.path
        }
        #expect(found.count == 1, "\(route.method) \(route.path)")
        return try #require(found.first)
    }

    @Test("has every route and no other operation")
    func complete() throws {
        #expect(operations.count == AdminRoute.all.count)
        for route in AdminRoute.all { _ = try operation(route) }
    }

    @Test("says who may use each operation")
    func roles() throws {
        for route in AdminRoute.all {
            let roles = try operation(route).node["x-roles"]?.array().compactMap(\.string)
            #expect(roles == route.roles?.map(\.rawValue), "\(route.method) \(route.path)")
        }
    }

    @Test("says which scope each operation needs, and has one for all that a limited token may not")
    func scopes() throws {
        for route in AdminRoute.all {
            let scope = try operation(route).node["x-scope"]?.string
            #expect(scope == route.scope?.rawValue, "\(route.method) \(route.path)")
            let isForAll = route.roles == nil || ["/v1/logout", "/v1/whoami"].contains(route.path)
            #expect((scope == nil) == isForAll, "\(route.method) \(route.path)")
        }
    }

    @Test("has each operation's parameters, body and successes")
    func shapes() throws {
        for route in AdminRoute.all {
            let node = try operation(route).node
            let names = try (node["parameters"]?.array() ?? []).map(parameter)
            let query = names.filter { $0["in"]?.string == "query" }.compactMap {
                $0["name"]?.string
            }
            #expect(query == route.query, "\(route.method) \(route.path)")
            #expect((node["requestBody"] != nil) == route.takesBody, "\(route.path)")
            let responses = node["responses"]?.mapping.map { Array($0.keys) } ?? []
            let statuses = responses.compactMap { $0.string.flatMap(Int.init) }
            #expect(statuses.filter { $0 < 400 }.sorted() == route.statuses, "\(route.path)")
        }
    }

    @Test("leaves no answer to a default")
    func noDefault() {
        for operation in operations {
            #expect(operation.node["responses"]?["default"] == nil, "\(operation.path)")
        }
    }

    private func parameter(_ node: Node) throws -> Node {
        let reference = try #require(node["$ref"]?.string)
        let name = try #require(reference.split(separator: "/").last)
        return try #require(root["components"]?["parameters"]?[String(name)])
    }
}
