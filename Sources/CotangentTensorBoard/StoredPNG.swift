/// A PNG file whose samples are not compressed, for builds without libpng: 8 bits, `channels` 1 to 4 side by side.
///
/// Portable Network Graphics (ISO/IEC 15948): a signature and the chunks IHDR, IDAT and IEND. IDAT is a zlib stream of
/// stored blocks (RFC 1951, section 3.2.4) of at most 65,535 bytes.
package func storedPNG(_ samples: [UInt8], width: Int, height: Int, channels: Int) -> [UInt8] {
    let colorType: UInt8 = [0, 4, 2, 6][channels - 1]
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, colorType, 0, 0, 0]

    // In front of each row the filter: 0 for none.
    var rows: [UInt8] = []
    rows.reserveCapacity(samples.count + height)
    for row in 0..<height {
        rows.append(0)
        rows += samples[row * width * channels..<(row + 1) * width * channels]
    }

    var stream: [UInt8] = [0x78, 0x01]
    stream.reserveCapacity(rows.count + rows.count / 10_000 + 16)
    for start in stride(from: 0, to: rows.count, by: 65_535) {
        let block = rows[start..<min(start + 65_535, rows.count)]
        let (low, high) = (UInt8(block.count & 0xFF), UInt8(block.count >> 8))
        stream += [block.endIndex == rows.count ? 1 : 0, low, high, ~low, ~high]
        stream += block
    }
    stream += bigEndian(adler32(rows))

    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    return signature + chunk("IHDR", header) + chunk("IDAT", stream) + chunk("IEND", [])
}

private func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + data
    return bigEndian(UInt32(data.count)) + named + bigEndian(crc32(named))
}

private func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
