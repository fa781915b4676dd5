// Checksums of the formats: polynomials in reflected form, eight bits a step by a table.

private func table(_ polynomial: UInt32) -> [UInt32] {
    (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? polynomial : 0) }
    }
}

private let castagnoli = table(0x82F6_3B78)
private let ethernet = table(0xEDB8_8320)

private func checksum(_ bytes: [UInt8], _ table: [UInt32]) -> UInt32 {
    table.withUnsafeBufferPointer { table in
        var rest = UInt32.max
        for byte in bytes { rest = rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
        return ~rest
    }
}

/// CRC-32C (Castagnoli's polynomial; RFC 3720, appendix B.4).
package func crc32c(_ bytes: [UInt8]) -> UInt32 { checksum(bytes, castagnoli) }

/// CRC-32 as PNG has it (ISO 3309).
package func crc32(_ bytes: [UInt8]) -> UInt32 { checksum(bytes, ethernet) }

/// CRC-32C as TFRecord stores it: turned by 15 bits and shifted, since a checksum of data that holds checksums finds
/// less.
package func maskedCRC32C(_ bytes: [UInt8]) -> UInt32 {
    let crc = crc32c(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
}

/// The checksum of zlib's streams (RFC 1950).
package func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (a, b) = (UInt32(1), UInt32(0))
    for byte in bytes {
        a = (a + UInt32(byte)) % 65_521
        b = (b + a) % 65_521
    }
    return b << 16 | a
}
