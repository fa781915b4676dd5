import CotangentTensor

/// Reads Netpbm's graymaps and pixmaps (https://netpbm.sourceforge.net/doc/pgm.html and ppm.html): `P5` or `P6`, width,
/// height and largest sample as text, then the samples as bytes, big-endian pairs of them where the largest is above
/// 255; `P2` and `P3` have them as text. A comment goes from # to the line's end.
struct NetpbmReader {
    private let bytes: [UInt8]
    private let name: String
    private var place = 0

    init(_ bytes: [UInt8], _ name: String) {
        self.bytes = bytes
        self.name = name
    }

    mutating func read() throws(ImageError) -> Image {
        let (channels, isPlain) = try magic()
        let width = try number("the width", 1...Int(Int32.max))
        let height = try number("the height", 1...Int(Int32.max))
        let largest = try number("the largest sample", 1...65_535)
        if !isPlain {
            guard place < bytes.count, Self.isSpace(bytes[place]) else {
                throw error(.corrupt, "white space must follow the largest sample")
            }
            place += 1
        }
        // Neither product overflows: both factors have 31 bits.
        let pixels = width * height
        guard pixels <= Image.largestSampleCount / channels else {
            throw error(
                .tooLarge,
                "\(width) × \(height) pixels are more than the \(Image.largestSampleCount) samples that are read")
        }
        let count = pixels * channels
        let sampleSize = isPlain ? 2 : largest > 255 ? 2 : 1
        // As text each sample takes white space and a digit.
        guard count * sampleSize <= bytes.count - place else {
            throw error(
                .corrupt,
                "\(width) × \(height) pixels take \(isPlain ? "at least " : "")\(count * sampleSize) bytes, and \(bytes.count - place) are left: the file is cut off"
            )
        }
        let samples = isPlain ? try plainSamples(count, largest) : try binarySamples(count, largest)
        if let rest = bytes[place...].firstIndex(where: { !Self.isSpace($0) }) {
            place = rest
            throw error(.corrupt, "\(bytes.count - rest) bytes follow the image; only one image in a file is read")
        }
        let tensor = samples.withUnsafeBufferPointer {
            planes(of: $0, channels: channels, height: height, width: width, largest: largest)
        }
        return Image(tensor, bitDepth: largest > 255 ? 16 : 8)
    }

    private mutating func magic() throws(ImageError) -> (channels: Int, isPlain: Bool) {
        if bytes.isEmpty { throw error(.corrupt, "the file is empty") }
        guard bytes.count >= 2, bytes[0] == UInt8(ascii: "P"), (0x31...0x37).contains(bytes[1]) else {
            throw error(
                .unknownFormat, "the file is neither PPM (P3, P6), PGM (P2, P5) nor PNG: convert it to one of them")
        }
        place = 2
        switch bytes[1] {
        case UInt8(ascii: "2"): return (1, true)
        case UInt8(ascii: "3"): return (3, true)
        case UInt8(ascii: "5"): return (1, false)
        case UInt8(ascii: "6"): return (3, false)
        default:
            throw error(
                .unknownFormat,
                "P\(bytes[1] - 0x30) is a bitmap or PAM; P2, P3, P5 and P6 are read: convert it to PGM or PPM")
        }
    }

    private mutating func binarySamples(_ count: Int, _ largest: Int) throws(ImageError) -> [UInt16] {
        let start = place
        var samples = [UInt16](repeating: 0, count: count)
        for index in 0..<count {
            let sample =
                largest > 255
                ? UInt16(bytes[start + 2 * index]) << 8 | UInt16(bytes[start + 2 * index + 1])
                : UInt16(bytes[start + index])
            if sample > largest {
                place = start + index * (largest > 255 ? 2 : 1)
                throw error(.corrupt, "sample \(sample) is above the largest, \(largest)")
            }
            samples[index] = sample
        }
        place = start + count * (largest > 255 ? 2 : 1)
        return samples
    }

    private mutating func plainSamples(_ count: Int, _ largest: Int) throws(ImageError) -> [UInt16] {
        var samples: [UInt16] = []
        samples.reserveCapacity(count)
        for index in 0..<count {
            samples.append(UInt16(try number("sample \(index + 1) of \(count)", 0...largest)))
        }
        return samples
    }

    /// The next number, after white space and comments.
    private mutating func number(_ what: @autoclosure () -> String, _ range: ClosedRange<Int>) throws(ImageError) -> Int
    {
        let before = place
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "#") {
                while place < bytes.count, bytes[place] != 0x0A, bytes[place] != 0x0D { place += 1 }
            } else if Self.isSpace(bytes[place]) {
                place += 1
            } else {
                break
            }
        }
        let start = place
        var value = 0
        while place < bytes.count, (0x30...0x39).contains(bytes[place]) {
            // Past any range there is no use in counting on.
            if value <= range.upperBound { value = 10 * value + Int(bytes[place] - 0x30) }
            place += 1
        }
        guard place > start, start > before else {
            place = start
            let found = place < bytes.count ? "there is byte \(bytes[place])" : "the file ends"
            throw error(.corrupt, "\(what()) is expected, a number after white space, and \(found)")
        }
        guard range.contains(value) else {
            place = start
            let digits = String(
                decoding: bytes[start...].prefix { (0x30...0x39).contains($0) }.prefix(20), as: UTF8.self)
            throw error(.corrupt, "\(what()) is \(digits), which is not within \(range.lowerBound)…\(range.upperBound)")
        }
        return value
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private func error(_ reason: ImageError.Reason, _ message: String) -> ImageError {
        ImageError(reason: reason, file: name, offset: place, message: message)
    }
}

extension Image {
    /// The bytes of a PGM or PPM file; without alpha.
    func netpbm(isPlain: Bool) -> [UInt8] {
        let (channels, height, width) = (pixels.shape[0], pixels.shape[1], pixels.shape[2])
        let largest = bitDepth == 16 ? 65_535 : 255
        let magic = isPlain ? (channels == 1 ? "P2" : "P3") : (channels == 1 ? "P5" : "P6")
        var bytes = Array("\(magic)\n\(width) \(height)\n\(largest)\n".utf8)
        let values = samples(of: pixels, largest: largest, as: UInt16.self)
        if isPlain {
            // No line is longer than 70 characters: twelve samples of five digits would be.
            for start in stride(from: 0, to: values.count, by: 11) {
                let line = values[start..<Swift.min(start + 11, values.count)]
                bytes += Array((line.map(String.init).joined(separator: " ") + "\n").utf8)
            }
        } else if bitDepth == 16 {
            for value in values { bytes += [UInt8(value >> 8), UInt8(value & 255)] }
        } else {
            bytes += values.map { UInt8($0) }
        }
        return bytes
    }
}
