// A question and an answer, without the types of the library that carries them.

import AsyncHTTPClient
public import HTTPTypes
import NIOCore
import NIOHTTP1

/// A request to a service of the mesh.
public struct MeshRequest: Sendable {
    /// GET, POST, PUT, DELETE.
    public var method: HTTPRequest.Method
    /// Begins with `/`; percent-encoded, with the query.
    public var path: String
    /// Header fields.
    public var fields: HTTPFields
    /// The body.
    public var body: [UInt8]

    /// Describes a request; a body is sent as `application/json` unless `fields` say otherwise.
    public init(
        _ method: HTTPRequest.Method,
        _ path: String,
        fields: HTTPFields = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.fields = fields
        self.body = body
        if !body.isEmpty, fields[.contentType] == nil {
            self.fields[.contentType] = "application/json"
        }
    }
}

/// A whole answer.
public struct MeshResponse: Sendable {
    /// The status code.
    public let status: Int
    /// Header fields; those that are no valid HTTP are left out.
    public let fields: HTTPFields
    /// The body.
    public let body: [UInt8]

    init(_ response: HTTPClientResponse, bodyBytesMax: Int) async throws {
        status = Int(response.status.code)
        fields = Self.fields(of: response)
        body = try await Array(response.body.collect(upTo: bodyBytesMax).readableBytesView)
    }

    static func fields(of response: HTTPClientResponse) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in response.headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }
}
