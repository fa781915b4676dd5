/// How a square window moves over an image.
public struct PoolingSize: Sendable {
    public let input: ImageSize
    public let output: ImageSize
    public let kernelSize: Int
    public let stride: Int
    /// What surrounds the image is smaller than anything in it.
    public let padding: Int

    public init(_ input: ImageSize, kernelSize: Int, stride: Int? = nil, padding: Int = 0) {
        let stride = stride ?? kernelSize
        precondition(kernelSize > 0 && stride > 0 && padding >= 0 && 2 * padding <= kernelSize)
        self.input = input
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
        output = ImageSize(
            channels: input.channels,
            height: (input.height + 2 * padding - kernelSize) / stride + 1,
            width: (input.width + 2 * padding - kernelSize) / stride + 1)
    }

    /// The rows or columns of the image, `length` of them, in the window at `place` of the output.
    @inline(__always)
    func window(at place: Int, _ length: Int) -> Range<Int> {
        let start = place * stride - padding
        return max(start, 0)..<min(start + kernelSize, length)
    }
}

extension Textbook {
    /// The largest element of each window; NaN is larger than anything.
    ///
    /// - Parameter x: `[batch, channels, height, width]`
    /// - Returns: `[batch, channels, outputHeight, outputWidth]`
    public static func maxPooling(_ x: [Float], batch: Int, _ size: PoolingSize) -> [Float] {
        var y: [Float] = []
        for image in 0..<batch * size.input.channels {
            for r in 0..<size.output.height {
                for q in 0..<size.output.width { y.append(x[largest(x, image, r, q, size)]) }
            }
        }
        return y
    }

    /// The gradient to x: each cotangent goes to where its window's largest element stood, the first of several.
    ///
    /// - Parameter cotangent: of y
    public static func maxPoolingGradient(
        _ cotangent: [Float], x: [Float], batch: Int, _ size: PoolingSize
    ) -> [Float] {
        var gradient = [Float](repeating: 0, count: x.count)
        var place = 0
        for image in 0..<batch * size.input.channels {
            for r in 0..<size.output.height {
                for q in 0..<size.output.width {
                    gradient[largest(x, image, r, q, size)] += cotangent[place]
                    place += 1
                }
            }
        }
        return gradient
    }

    /// The index of the first largest element in the window at (r, q).
    private static func largest(_ x: [Float], _ image: Int, _ r: Int, _ q: Int, _ size: PoolingSize) -> Int {
        let (height, width) = (size.input.height, size.input.width)
        var best: Int?
        for row in size.window(at: r, height) {
            for column in size.window(at: q, width) {
                let place = (image * height + row) * width + column
                if best == nil || x[place] > x[best!] || (x[place].isNaN && !x[best!].isNaN) { best = place }
            }
        }
        return best!
    }
}

extension Plain {
    /// The largest element of each window, and where it is: the first of several. NaN is larger than anything.
    ///
    /// - Parameters:
    ///   - x: `[batch, channels, height, width]`
    ///   - y: `[batch, channels, outputHeight, outputWidth]`
    ///   - places: of y's elements in x
    public static func maxPooling(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, places: UnsafeMutablePointer<Int32>,
        batch: Int, _ size: PoolingSize
    ) {
        let (height, width, columns) = (size.input.height, size.input.width, size.output.width)
        var (y, places) = (y, places)
        for image in 0..<batch * size.input.channels {
            for r in 0..<size.output.height {
                let rows = size.window(at: r, height)
                let corner = (image * height + rows.lowerBound) * width
                for q in 0..<columns {
                    y[q] = -.infinity
                    places[q] = Int32(truncatingIfNeeded: corner + size.window(at: q, width).lowerBound)
                }
                for row in rows {
                    for j in 0..<size.kernelSize {
                        // The output's columns whose windows have their column j inside of the image.
                        let first = max(0, (size.padding - j + size.stride - 1) / size.stride)
                        let end = min(columns, (width - 1 + size.padding - j) / size.stride + 1)
                        let start = (image * height + row) * width + j - size.padding
                        if first >= end { continue }
                        takeLarger(x, from: start, stride: size.stride, first..<end, y, places)
                    }
                }
                y += columns
                places += columns
            }
        }
    }

    /// y[q] and places[q] become those of x[start + q·stride] where that is larger.
    ///
    /// Four at a time with masks, where neighbours are: random values make a gamble of a branch, twice as slow.
    private static func takeLarger(
        _ x: UnsafePointer<Float>, from start: Int, stride: Int, _ columns: Range<Int>,
        _ y: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Int32>
    ) {
        let (x, y, places) = (x + start, UnsafeMutableRawPointer(y), UnsafeMutableRawPointer(places))
        var q = columns.lowerBound
        while stride <= 2 && q + 4 < columns.upperBound {
            let here = UnsafeRawPointer(x + q * stride)
            let value =
                stride == 1
                ? here.loadUnaligned(as: SIMD4<Float>.self) : here.loadUnaligned(as: SIMD8<Float>.self).evenHalf
            let place =
                SIMD4<Int32>(0, 1, 2, 3) &* Int32(truncatingIfNeeded: stride)
                &+ Int32(truncatingIfNeeded: start + q * stride)
            var best = (y + 4 * q).loadUnaligned(as: SIMD4<Float>.self)
            var bestPlace = (places + 4 * q).loadUnaligned(as: SIMD4<Int32>.self)
            let isLarger = (value .> best) .| (value .!= value)
            best.replace(with: value, where: isLarger)
            bestPlace.replace(with: place, where: isLarger)
            (y + 4 * q).storeBytes(of: best, as: SIMD4<Float>.self)
            (places + 4 * q).storeBytes(of: bestPlace, as: SIMD4<Int32>.self)
            q += 4
        }
        while q < columns.upperBound {
            let value = x[q * stride]
            if value > y.load(fromByteOffset: 4 * q, as: Float.self) || value.isNaN {
                y.storeBytes(of: value, toByteOffset: 4 * q, as: Float.self)
                places.storeBytes(of: Int32(start + q * stride), toByteOffset: 4 * q, as: Int32.self)
            }
            q += 1
        }
    }

    /// The gradient to x: each cotangent goes to the place that ``maxPooling(_:into:places:batch:_:)`` found.
    ///
    /// - Parameter cotangent: of y
    public static func maxPoolingGradient(
        _ cotangent: UnsafePointer<Float>, places: UnsafePointer<Int32>, into gradient: UnsafeMutablePointer<Float>,
        batch: Int, _ size: PoolingSize
    ) {
        gradient.update(repeating: 0, count: batch * size.input.count)
        for i in 0..<batch * size.output.count { gradient[Int(places[i])] += cotangent[i] }
    }
}
