// Gateways: what operators do with them, and what they themselves ask for.

import ClawgressContract
import ClawgressMesh
import HTTPTypes
import Hummingbird
import NIOCore

extension PolicyRoutes {
    func addGateways(to router: Router<MeshRequestContext>) {
        router.get("/v1/gateways") { _, context in
            try Self.requireAdminAPI(context)
            return try PolicyBody.answer(await plane.gateways())
        }
        router.put("/v1/gateways/:id/maintenance") { request, context in
            try Self.requireAdminAPI(context)
            let id = try context.parameters.require("id")
            let wish = try await PolicyBody.decode(MaintenanceRequest.self, from: request)
            try await plane.setMaintenance(id, wish.maintenance)
            return Response(status: .noContent)
        }
        router.delete("/v1/gateways/:id") { _, context in
            try Self.requireAdminAPI(context)
            try await plane.revoke(try context.parameters.require("id"))
            return Response(status: .noContent)
        }
        router.post("/v1/enrolment-tokens") { request, context in
            try Self.requireAdminAPI(context)
            let wish = try await PolicyBody.decode(EnrolmentTokenRequest.self, from: request)
            return try PolicyBody.answer(try await plane.makeToken(wish), status: .created)
        }
    }

    func addStreams(to router: Router<MeshRequestContext>) {
        router.get("/v1/stream") { _, context in
            let certificate = try Self.gatewayCertificate(context)
            let gatewayID = certificate.identity.name
            let (number, lines) = try await plane.openStream(for: certificate)
            return Response(
                status: .ok,
                headers: [.contentType: "application/x-ndjson"],
                body: body(of: lines, gatewayID, number)
            )
        }
        router.get("/v1/bundles/:epoch/:serial") { _, context in
            _ = try await requireGateway(context)
            let epoch = try context.parameters.require("epoch", as: Int64.self)
            let serial = try context.parameters.require("serial", as: Int64.self)
            guard let jws = try await store.bundle(epoch: epoch, serial: serial) else {
                throw Problem.notFound("bundle \(epoch).\(serial)")
            }
            return Response(
                status: .ok,
                headers: [.contentType: "application/jose"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: jws))
            )
        }
        router.post("/v1/reports") { request, context in
            let gatewayID = try await requireGateway(context)
            let bytes = try await PolicyBody.bytes(of: request)
            do throws(PolicyMessageError) {
                let report = try PolicyReport(parsing: String(decoding: bytes, as: UTF8.self))
                await plane.take(report, from: gatewayID)
            } catch {
                switch error {
                case .malformed(let sentence): throw Problem.malformed(sentence)
                // A newer gateway may say more than this service understands.
                case .unknownType: break
                }
            }
            return Response(status: .noContent)
        }
    }

    private func body(
        of lines: AsyncStream<PolicyStreamLine>,
        _ gatewayID: String,
        _ number: Int
    ) -> ResponseBody {
        ResponseBody { writer in
            do {
                for await line in lines {
                    try await writer.write(ByteBuffer(string: line.text + "\n"))
                }
                try await writer.finish(nil)
            } catch {
                await plane.endStream(of: gatewayID, number: number)
                throw error
            }
            await plane.endStream(of: gatewayID, number: number)
        }
    }
}
