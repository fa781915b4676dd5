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
                        switch size.stride {  // a stride that the compiler knows makes vector instructions
                        case 1: takeLarger(x, from: start, stride: 1, first..<end, y, places)
                        case 2: takeLarger(x, from: start, stride: 2, first..<end, y, places)
                        default: takeLarger(x, from: start, stride: size.stride, first..<end, y, places)
                        }
                    }
                }
                y += columns
                places += columns
            }
        }
    }

    /// y[q] and places[q] become those of x[start + q·stride] where that is larger.
    @inline(__always)
    private static func takeLarger(
        _ x: UnsafePointer<Float>, from start: Int, stride: Int, _ columns: Range<Int>,
        _ y: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Int32>
    ) {
        let x = x + start
        for q in columns {
            let value = x[q &* stride]
            let isLarger = value > y[q] || value != value
            y[q] = isLarger ? value : y[q]
            places[q] = isLarger ? Int32(truncatingIfNeeded: start &+ q &* stride) : places[q]
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
