import CotangentTensor

/// A picture, to be read from a file and written to one.
///
/// ```swift
/// var image = try Image(path: "flower.png")                      // float32 [3, 256, 256], 0…1
/// image.pixels = convolve(image.pixels, FilterKernel.sharpen(), border: .reflect)
/// try image.write(to: "sharp.png")
/// ```
///
/// PPM and PGM (Netpbm's P2, P3, P5 and P6) are always read and written; PNG where the package is built with its trait
/// PNG, which needs libpng. Values are those of the file divided by the largest: gamma and colour profiles are left
/// alone.
public struct Image: Sendable, Equatable {
    /// [channels, height, width], 0 black and 1 white: one channel is gray, two are gray and alpha, three red, green
    /// and blue, four these and alpha. What lies outside 0…1 is written as the nearer end, NaN as 0.
    public var pixels: Tensor { didSet { Self.check(pixels) } }

    /// 8 or 16: how many bits a sample has in the file.
    public var bitDepth: Int { didSet { Self.check(bitDepth) } }

    /// The largest number of samples (pixels times channels) that is read: a gigabyte as float32.
    public static let largestSampleCount = 1 << 28

    /// An image of `pixels`: floating point, [height, width] for gray or [1…4 channels, height, width].
    public init(_ pixels: Tensor, bitDepth: Int = 8) {
        self.pixels = pixels.rank == 2 ? pixels.expandingAxis(0) : pixels
        self.bitDepth = bitDepth
        Self.check(self.pixels)
        Self.check(bitDepth)
    }

    /// Reads a file, of whatever format its first bytes tell.
    ///
    /// - Throws: ``ImageError``, with the place, where the file cannot be read, breaks its format's rules or is cut
    ///   off.
    public init(path: String) throws(ImageError) {
        let bytes: [UInt8]
        do { bytes = try contents(of: path) } catch {
            throw ImageError(reason: .unreadableFile, file: path, offset: nil, message: error.message)
        }
        try self.init(decoding: bytes, name: path)
    }

    /// Reads a file's bytes. `name` stands for the file in errors.
    public init(decoding bytes: [UInt8], name: String = "image") throws(ImageError) {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
            #if PNG
                self = try PNGFormat(name: name).decode(bytes)
            #else
                throw .withoutPNG(name)
            #endif
        } else {
            var reader = NetpbmReader(bytes, name)
            self = try reader.read()
        }
    }

    /// How many of the channels are colours: 1 or 3.
    public var colorCount: Int { pixels.shape[0] < 3 ? 1 : 3 }
    /// Whether the last channel is alpha.
    public var hasAlpha: Bool { pixels.shape[0] % 2 == 0 }

    /// The gray image of the same brightness, 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601); alpha stays.
    public var grayscale: Image {
        if colorCount == 1 { return self }
        let weights = Tensor([0.299, 0.587, 0.114], shape: [3, 1, 1]).cast(to: pixels.dtype)
        let gray = sum(pixels[0..<3] * weights, axes: [0]).expandingAxis(0)
        return Image(hasAlpha ? concatenate([gray, pixels[3...]]) : gray, bitDepth: bitDepth)
    }

    private static func check(_ pixels: Tensor) {
        guard pixels.rank == 3, (1...4).contains(pixels.shape[0]), pixels.count > 0, pixels.dtype.isFloatingPoint else {
            fail(
                "Image",
                "\(pixels.summary): floating point [1…4 channels, height, width] is expected, of at least 1 pixel")
        }
    }

    private static func check(_ bitDepth: Int) {
        if bitDepth != 8 && bitDepth != 16 { fail("Image", "bit depth \(bitDepth) is neither 8 nor 16") }
    }
}

/// A format of image files.
public enum ImageFormat: Sendable, Hashable {
    /// PGM (P5) for gray and PPM (P6) for colour: a short header and the samples as they are.
    case netpbm
    /// The same as text (P2 and P3).
    case plainNetpbm
    /// Needs the package trait PNG.
    case png
}

extension Image {
    /// Writes a file: PNG, PGM, PPM or (either, by the channels) PNM, as the path's end says. A gray image becomes a
    /// PPM with three equal channels.
    ///
    /// The file is written beside under another name and then renamed: nothing half-written takes its place.
    ///
    /// - Throws: ``ImageError`` where the ending is unknown, the format cannot hold the channels, or the file cannot be
    ///   written.
    public func write(to path: String) throws(ImageError) {
        let ending = path.split(separator: "/").last?.split(separator: ".").dropFirst().last?.lowercased()
        let bytes: [UInt8]
        switch ending {
        case "png": bytes = try encoded(as: .png, name: path)
        case "pnm": bytes = try encoded(as: .netpbm, name: path)
        case "pgm":
            if colorCount == 3 {
                throw ImageError(
                    reason: .channels, file: path, offset: nil,
                    message: "a .pgm file is gray, the image has colours: write a .ppm, or take grayscale")
            }
            bytes = try encoded(as: .netpbm, name: path)
        case "ppm":
            var image = self
            if pixels.shape[0] == 1 {
                image.pixels = pixels.broadcast(to: [3, pixels.shape[1], pixels.shape[2]])
            }
            bytes = try image.encoded(as: .netpbm, name: path)
        default:
            throw ImageError(
                reason: .unknownFormat, file: path, offset: nil,
                message: "the name must end in .ppm, .pgm, .pnm or .png, which says how to write the image")
        }
        do { try CotangentData.write(bytes, to: path) } catch {
            throw ImageError(reason: .unwritableFile, file: path, offset: nil, message: error.message)
        }
    }

    /// The bytes of a file. `name` stands for it in errors.
    public func encoded(as format: ImageFormat, name: String = "image") throws(ImageError) -> [UInt8] {
        if format == .png {
            #if PNG
                return try PNGFormat(name: name).encode(self)
            #else
                throw .withoutPNG(name)
            #endif
        }
        if hasAlpha {
            throw ImageError(
                reason: .channels, file: name, offset: nil,
                message: "PPM and PGM hold no alpha: write a PNG, or keep only the first \(colorCount) of the channels")
        }
        return netpbm(isPlain: format == .plainNetpbm)
    }
}

extension ImageError {
    static func withoutPNG(_ name: String) -> ImageError {
        ImageError(
            reason: .withoutPNG, file: name, offset: nil,
            message:
                "PNG needs libpng, and this build has none: build with --traits PNG (libpng-dev installed), or use PPM or PGM"
        )
    }
}
