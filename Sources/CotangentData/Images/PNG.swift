#if PNG
    import CCotangentPNG
    import CotangentTensor

    /// PNG by libpng: all colour types, depths and interlaced images. Palettes become RGB, 1, 2 and 4 bits become 8,
    /// and transparent colours an alpha channel.
    struct PNGFormat {
        let name: String

        func decode(_ bytes: [UInt8]) throws(ImageError) -> Image {
            var header = ct_png_header()
            var error = ct_png_error()
            guard ct_png_read_header(bytes, bytes.count, &header, &error) == 0 else { throw corrupt(error) }
            let (width, height, channels) = (Int(header.width), Int(header.height), Int(header.channels))
            // libpng's limit, 2²⁴ a side, keeps these products from overflow.
            let count = width * height * channels
            guard count <= Image.largestSampleCount else {
                throw tooLarge(
                    "\(width) × \(height) pixels are more than the \(Image.largestSampleCount) samples that are read")
            }
            // Deflate makes at most 1,032 bytes of one.
            guard width * height * Int(header.bits_per_pixel) / 8 / 1032 <= bytes.count else {
                throw tooLarge(
                    "the file's \(bytes.count) bytes cannot hold the \(width) × \(height) pixels that it claims")
            }
            if header.bit_depth == 16 {
                return Image(try decode(bytes, header, count, UInt16.self), bitDepth: 16)
            }
            return Image(try decode(bytes, header, count, UInt8.self))
        }

        private func decode<T: FixedWidthInteger>(_ bytes: [UInt8], _ header: ct_png_header, _ count: Int, _: T.Type)
            throws(ImageError) -> Tensor
        {
            var header = header
            var error = ct_png_error()
            var samples = [T](repeating: 0, count: count)
            guard ct_png_decode(bytes, bytes.count, &header, &samples, &error) == 0 else { throw corrupt(error) }
            return samples.withUnsafeBufferPointer {
                planes(
                    of: $0, channels: Int(header.channels), height: Int(header.height), width: Int(header.width),
                    largest: Int(T.max))
            }
        }

        func encode(_ image: Image) throws(ImageError) -> [UInt8] {
            let shape = image.pixels.shape
            guard shape[1] <= 1 << 24, shape[2] <= 1 << 24 else {
                throw tooLarge("no side may have more than 2²⁴ pixels")
            }
            var header = ct_png_header()
            header.width = UInt32(shape[2])
            header.height = UInt32(shape[1])
            header.channels = UInt32(shape[0])
            header.bit_depth = UInt32(image.bitDepth)
            var error = ct_png_error()
            var bytes: UnsafeMutablePointer<UInt8>?
            var count = 0
            let problem =
                image.bitDepth == 16
                ? ct_png_encode(
                    &header, samples(of: image.pixels, largest: 65_535, as: UInt16.self), &bytes, &count, &error)
                : ct_png_encode(
                    &header, samples(of: image.pixels, largest: 255, as: UInt8.self), &bytes, &count, &error)
            guard problem == 0 else {
                throw ImageError(reason: .unwritableFile, file: name, offset: nil, message: "libpng: \(text(error))")
            }
            defer { ct_png_free(bytes) }
            return Array(UnsafeBufferPointer(start: bytes, count: count))
        }

        private func corrupt(_ error: ct_png_error) -> ImageError {
            ImageError(
                reason: .corrupt, file: name, offset: error.offset,
                message: "the PNG image is damaged or cut off (\(text(error))): get the file anew")
        }

        private func tooLarge(_ message: String) -> ImageError {
            ImageError(reason: .tooLarge, file: name, offset: nil, message: message)
        }

        private func text(_ error: ct_png_error) -> String {
            withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
    }
#endif
