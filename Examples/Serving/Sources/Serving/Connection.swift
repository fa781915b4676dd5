import Foundation

struct ConnectionError: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}

/// A connection over which HTTP/1.1 requests go one after the other, with as little work as may be: who measures a
/// server runs beside it.
final class Connection {
    private let socket: Int32
    private var buffer: [UInt8] = []

    init(port: UInt16) throws {
        #if canImport(Glibc)
            socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            socket = Foundation.socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
        }
        if code != 0 { throw ConnectionError(message: "127.0.0.1:\(port): \(String(cString: strerror(errno)))") }
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(socket) }

    static func request(_ method: String, _ path: String, _ body: String = "") -> [UInt8] {
        Array(
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                .utf8)
    }

    func send(_ request: [UInt8]) throws -> (status: Int, body: [UInt8]) {
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { Foundation.send(socket, $0.baseAddress! + sent, $0.count - sent, 0) }
            if count <= 0 { throw ConnectionError(message: "the connection ended while a request was sent") }
            sent += count
        }
        buffer.removeAll(keepingCapacity: true)
        let blank = Array("\r\n\r\n".utf8)
        var head: Range<Int>?
        while head == nil {
            try receive()
            head = buffer.firstRange(of: blank)
        }
        let lines = String(decoding: buffer[..<head!.lowerBound], as: UTF8.self).lowercased().split(separator: "\r\n")
        let length = lines.first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) }
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }), let length else {
            throw ConnectionError(message: "an answer without a status or a length: \(lines.first ?? "")")
        }
        while buffer.count < head!.upperBound + length { try receive() }
        return (status, Array(buffer[head!.upperBound...]))
    }

    private func receive() throws {
        let count = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { part in
            let count = recv(socket, part.baseAddress!, part.count, 0)
            if count > 0 { buffer += part[..<count] }
            return count
        }
        if count <= 0 { throw ConnectionError(message: "the connection ended before the answer did") }
    }
}
