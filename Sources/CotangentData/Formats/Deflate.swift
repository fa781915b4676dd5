#if Zlib
    import CZlib
    #if canImport(Darwin)
        import Darwin
    #elseif canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #elseif canImport(Android)
        import Android
    #endif

    /// How zlib frames what it packs, by its own numbers.
    enum DeflateFraming: Int32 {
        /// Nothing around it, as in zip archives.
        case deflate = -15
        /// gzip (RFC 1952), with a checksum.
        case gzip = 31
    }

    /// Packed bytes that cannot be unpacked.
    struct DeflateProblem: Error {
        let reason: FormatError.Reason
        /// Within the packed bytes.
        let offset: Int
        let message: String
    }

    /// What `packed` unpacks to; gzip's members one behind the other. Whatever a header claims, memory grows with what
    /// has been unpacked, and more than `limit` bytes are an error.
    func inflated(_ packed: UnsafeRawBufferPointer, _ framing: DeflateFraming, limit: Int, name: String)
        throws(DeflateProblem) -> MappedFile
    {
        var stream = z_stream()
        guard
            inflateInit2_(&stream, framing.rawValue, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw DeflateProblem(reason: .tooLarge, offset: 0, message: "zlib has no memory") }
        defer { inflateEnd(&stream) }
        var memory: UnsafeMutableRawPointer?
        var (capacity, count, read) = (0, 0, 0)
        // One byte above the limit, which shows that there is more.
        let most = limit == .max ? limit : limit + 1
        func problem(_ reason: FormatError.Reason, _ message: String) -> DeflateProblem {
            free(memory)
            return DeflateProblem(reason: reason, offset: read, message: message)
        }
        while true {
            if count == capacity {
                capacity = min(max(1 << 16, 2 * capacity, min(4 * packed.count, 1 << 26)), most)
                guard let larger = realloc(memory, capacity) else {
                    throw problem(.tooLarge, "there is no memory for it")
                }
                memory = larger
            }
            // zlib counts in 32 bits.
            let input = min(packed.count - read, 1 << 30)
            let output = min(capacity - count, 1 << 30)
            stream.next_in = UnsafeMutablePointer(
                mutating: packed.baseAddress.map { ($0 + read).assumingMemoryBound(to: UInt8.self) })
            stream.avail_in = UInt32(input)
            stream.next_out = (memory! + count).assumingMemoryBound(to: UInt8.self)
            stream.avail_out = UInt32(output)
            let status = inflate(&stream, Z_NO_FLUSH)
            read += input - Int(stream.avail_in)
            count += output - Int(stream.avail_out)
            if count > limit { throw problem(.tooLarge, "it unpacks to more than \(limit) bytes") }
            switch status {
            case Z_STREAM_END:
                if read == packed.count {
                    let whole = MappedFile(adopting: realloc(memory, max(count, 1)) ?? memory, count: count, name: name)
                    return whole
                }
                guard framing == .gzip, packed.count - read >= 2, packed[read] == 0x1F, packed[read + 1] == 0x8B,
                    inflateReset(&stream) == Z_OK
                else { throw problem(.corrupt, "\(packed.count - read) bytes follow the packed ones") }
            case Z_OK, Z_BUF_ERROR:
                // Without input left, or without progress where there is room, the rest is missing.
                if read == packed.count, stream.avail_out > 0 {
                    throw problem(.cutOff, "the packed bytes end too early: the file is cut off")
                }
            default:
                let text = stream.msg.map { String(cString: $0) } ?? "error \(status)"
                throw problem(.corrupt, "the packed bytes are damaged (\(text)): get the file anew")
            }
        }
    }

    /// Packs all that `body` hands to its argument, as zip archives have it.
    func deflated(file: String, _ body: ((UnsafeRawBufferPointer) -> Void) -> Void) throws(FormatError) -> [UInt8] {
        var stream = z_stream()
        guard
            deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, DeflateFraming.deflate.rawValue, 8, Z_DEFAULT_STRATEGY,
                zlibVersion(),
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw FormatError(.unwritableFile, file: file, "zlib has no memory") }
        defer { deflateEnd(&stream) }
        var packed: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        func run(_ bytes: UnsafeRawBufferPointer, _ flush: Int32) {
            var read = 0
            repeat {
                let input = min(bytes.count - read, 1 << 30)
                stream.next_in = UnsafeMutablePointer(
                    mutating: bytes.baseAddress.map { ($0 + read).assumingMemoryBound(to: UInt8.self) })
                stream.avail_in = UInt32(input)
                repeat {
                    buffer.withUnsafeMutableBufferPointer { buffer in
                        stream.next_out = buffer.baseAddress
                        stream.avail_out = UInt32(buffer.count)
                        // Of the errors none can happen: the stream is sound, and a call without progress is no error.
                        _ = deflate(&stream, flush)
                    }
                    packed += buffer[..<(buffer.count - Int(stream.avail_out))]
                } while stream.avail_out == 0
                read += input
            } while read < bytes.count
        }
        body { run($0, Z_NO_FLUSH) }
        run(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH)
        return packed
    }
#endif

extension FormatError {
    static func withoutZlib(_ what: String, file: String) -> FormatError {
        FormatError(
            .withoutZlib, file: file,
            "\(what), which takes zlib, and this build has none: build with --traits Zlib (zlib1g-dev installed)")
    }
}
