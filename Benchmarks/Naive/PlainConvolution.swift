/// A convolution in plain loops, with the memory that they need.
///
/// The inner loops run over a whole channel: the image is copied with its padding, so that for each element of the
/// kernel what lies under it is that copy, shifted. With a stride of s the copy is split into s² images, one for each
/// remainder of row and column, which are shifted likewise. At the end of each row a few sums are made for nothing.
///
/// Products are added four at a time, so that each sum is loaded and stored a quarter as often.
public final class PlainConvolution {
    public let size: ConvolutionSize
    /// Elements of a row in the copy, and of one of its images.
    private let pitch: Int
    private let planeCount: Int
    /// Where in the copy what lies under each of the kernel's elements begins, `[inputChannels, kernelSize, kernelSize]`.
    private let taps: [Int]
    /// From an output channel's first element to its last, in rows of `pitch`.
    private let run: Int
    private let image: Floats
    private let output: Floats
    private lazy var imageGradient = Floats(count: image.count)
    private lazy var cotangents = Floats(count: size.output.channels * run)

    public init(_ size: ConvolutionSize) {
        self.size = size
        let (input, k, stride) = (size.input, size.kernelSize, size.stride)
        let pitch = (input.width + 2 * size.padding + stride - 1) / stride
        let planeCount = pitch * ((input.height + 2 * size.padding + stride - 1) / stride)
        var taps: [Int] = []
        for c in 0..<input.channels {
            for i in 0..<k {
                for j in 0..<k {
                    let plane = (c * stride + i % stride) * stride + j % stride
                    taps.append(plane * planeCount + i / stride * pitch + j / stride)
                }
            }
        }
        self.pitch = pitch
        self.planeCount = planeCount
        self.taps = taps
        run = (size.output.height - 1) * pitch + size.output.width
        image = Floats(count: input.channels * stride * stride * planeCount)
        output = Floats(count: run)
    }

    /// y = x ∗ weight + bias.
    ///
    /// - Parameters:
    ///   - x: `[batch, inputChannels, height, width]`
    ///   - weight: `[outputChannels, inputChannels, kernelSize, kernelSize]`
    ///   - bias: `[outputChannels]`, or nil for none
    ///   - y: `[batch, outputChannels, outputHeight, outputWidth]`
    public func forward(
        _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        into y: UnsafeMutablePointer<Float>, batch: Int
    ) {
        let (rows, columns) = (size.output.height, size.output.width)
        for b in 0..<batch {
            readImage(x + b * size.input.count)
            for o in 0..<size.output.channels {
                output.start.update(repeating: bias?[o] ?? 0, count: run)
                addShifted(weight + o * taps.count)
                let y = y + b * size.output.count + o * rows * columns
                for r in 0..<rows { (y + r * columns).update(from: output.start + r * pitch, count: columns) }
            }
        }
    }

    /// The gradient to x.
    ///
    /// - Parameter cotangent: of y
    public func inputGradient(
        _ cotangent: UnsafePointer<Float>, weight: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>,
        batch: Int
    ) {
        for b in 0..<batch {
            readCotangents(cotangent + b * size.output.count)
            imageGradient.start.update(repeating: 0, count: imageGradient.count)
            spreadShifted(weight)
            writeImage(gradient + b * size.input.count)
        }
    }

    /// The gradient to the weight.
    public func weightGradient(
        _ cotangent: UnsafePointer<Float>, x: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>,
        batch: Int
    ) {
        gradient.update(repeating: 0, count: size.weightCount)
        for b in 0..<batch {
            readImage(x + b * size.input.count)
            readCotangents(cotangent + b * size.output.count)
            for o in 0..<size.output.channels {
                addProductsWithShifted(cotangents.start + o * run, to: gradient + o * taps.count)
            }
        }
    }

    // MARK: Loops over a channel

    /// output[j] += Σ over the taps of weight · image[tap + j]
    private func addShifted(_ weight: UnsafePointer<Float>) {
        let (image, output) = (UnsafePointer(image.start), output.start)
        var t = 0
        while t + 4 <= taps.count {
            let (w0, w1, w2, w3) = (weight[t], weight[t + 1], weight[t + 2], weight[t + 3])
            let x0 = image + taps[t]
            let x1 = image + taps[t + 1]
            let x2 = image + taps[t + 2]
            let x3 = image + taps[t + 3]
            for j in 0..<run { output[j] += w0 * x0[j] + w1 * x1[j] + w2 * x2[j] + w3 * x3[j] }
            t += 4
        }
        while t < taps.count {
            let (w0, x0) = (weight[t], image + taps[t])
            for j in 0..<run { output[j] += w0 * x0[j] }
            t += 1
        }
    }

    /// imageGradient[tap + j] += Σ over the output channels of weight[channel, tap] · cotangents[channel, j]
    private func spreadShifted(_ weight: UnsafePointer<Float>) {
        let (channels, tapCount) = (size.output.channels, taps.count)
        var o = 0
        while o + 4 <= channels {
            let dy0 = UnsafePointer(cotangents.start) + o * run
            let dy1 = dy0 + run
            let dy2 = dy1 + run
            let dy3 = dy2 + run
            for t in 0..<tapCount {
                let w = weight + o * tapCount + t
                let (w0, w1, w2, w3) = (w[0], w[tapCount], w[2 * tapCount], w[3 * tapCount])
                let dx = imageGradient.start + taps[t]
                for j in 0..<run { dx[j] += w0 * dy0[j] + w1 * dy1[j] + w2 * dy2[j] + w3 * dy3[j] }
            }
            o += 4
        }
        while o < channels {
            let dy0 = UnsafePointer(cotangents.start) + o * run
            for t in 0..<tapCount {
                let (w0, dx) = (weight[o * tapCount + t], imageGradient.start + taps[t])
                for j in 0..<run { dx[j] += w0 * dy0[j] }
            }
            o += 1
        }
    }

    /// gradient[tap] += Σⱼ cotangent[j] · image[tap + j]
    private func addProductsWithShifted(_ cotangent: UnsafePointer<Float>, to gradient: UnsafeMutablePointer<Float>) {
        let image = UnsafePointer(image.start)
        var t = 0
        while t + 4 <= taps.count {
            let sums = Plain.dots(
                cotangent, image + taps[t], image + taps[t + 1], image + taps[t + 2], image + taps[t + 3], count: run)
            for lane in 0..<4 { gradient[t + lane] += sums[lane] }
            t += 4
        }
        while t < taps.count {
            gradient[t] += Plain.dot(cotangent, image + taps[t], count: run)
            t += 1
        }
    }

    // MARK: Copies

    private func readImage(_ x: UnsafePointer<Float>) {
        forEachRow { row, plane, first, count in
            let (x, copy) = (x + row, image.start + plane)
            if size.stride == 1 {
                (copy + first).update(from: x, count: count)
            } else {
                for q in 0..<count { copy[first + q] = x[q * size.stride] }
            }
        }
    }

    private func writeImage(_ gradient: UnsafeMutablePointer<Float>) {
        forEachRow { row, plane, first, count in
            let (gradient, copy) = (gradient + row, imageGradient.start + plane)
            if size.stride == 1 {
                gradient.update(from: copy + first, count: count)
            } else {
                for q in 0..<count { gradient[q * size.stride] = copy[first + q] }
            }
        }
    }

    /// Every `stride`-th element of a row belongs to one row of the copy: where the first of them is in the image, where
    /// the copy's row begins, where in it the first one lies, and how many there are.
    @inline(__always)
    private func forEachRow(_ body: (_ row: Int, _ plane: Int, _ first: Int, _ count: Int) -> Void) {
        let (input, stride, padding) = (size.input, size.stride, size.padding)
        for c in 0..<input.channels {
            for r in 0..<input.height {
                for remainder in 0..<min(stride, input.width) {
                    let (i, j) = (r + padding, remainder + padding)
                    let plane = ((c * stride + i % stride) * stride + j % stride) * planeCount + i / stride * pitch
                    body(
                        (c * input.height + r) * input.width + remainder, plane, j / stride,
                        (input.width - remainder + stride - 1) / stride)
                }
            }
        }
    }

    /// In rows of `pitch`, with zeros between: what a shifted row has there then counts for nothing.
    private func readCotangents(_ cotangent: UnsafePointer<Float>) {
        let (rows, columns) = (size.output.height, size.output.width)
        for o in 0..<size.output.channels {
            for r in 0..<rows {
                let copy = cotangents.start + o * run + r * pitch
                copy.update(from: cotangent + (o * rows + r) * columns, count: columns)
                if r < rows - 1 { (copy + columns).update(repeating: 0, count: pitch - columns) }
            }
        }
    }
}

extension Plain {
    /// Σ over batch, rows and columns for each channel of `x`, `[batch, channels, height, width]`: the bias's gradient.
    public static func channelSums(
        _ x: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, batch: Int, _ size: ImageSize
    ) {
        let count = size.height * size.width
        for c in 0..<size.channels {
            sums[c] = 0
            for b in 0..<batch { sums[c] += sum(x + b * size.count + c * count, count: count) }
        }
    }

    /// Σᵢ aᵢ, in eight partial sums.
    private static func sum(_ a: UnsafePointer<Float>, count: Int) -> Float {
        var sums = SIMD8<Float>.zero
        var i = 0
        while i + 8 <= count {
            sums += UnsafeRawPointer(a + i).loadUnaligned(as: SIMD8<Float>.self)
            i += 8
        }
        var sum = sums.sum()
        while i < count {
            sum += a[i]
            i += 1
        }
        return sum
    }

    /// Σᵢ aᵢ bᵢ for four b, so that a is loaded once.
    static func dots(
        _ a: UnsafePointer<Float>, _ b0: UnsafePointer<Float>, _ b1: UnsafePointer<Float>, _ b2: UnsafePointer<Float>,
        _ b3: UnsafePointer<Float>, count: Int
    ) -> SIMD4<Float> {
        var (s0, s1, s2, s3) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
        var i = 0
        while i + 8 <= count {
            let x = UnsafeRawPointer(a + i).loadUnaligned(as: SIMD8<Float>.self)
            s0 += x * UnsafeRawPointer(b0 + i).loadUnaligned(as: SIMD8<Float>.self)
            s1 += x * UnsafeRawPointer(b1 + i).loadUnaligned(as: SIMD8<Float>.self)
            s2 += x * UnsafeRawPointer(b2 + i).loadUnaligned(as: SIMD8<Float>.self)
            s3 += x * UnsafeRawPointer(b3 + i).loadUnaligned(as: SIMD8<Float>.self)
            i += 8
        }
        var sums = SIMD4(s0.sum(), s1.sum(), s2.sum(), s3.sum())
        while i < count {
            sums += a[i] * SIMD4(b0[i], b1[i], b2[i], b3[i])
            i += 1
        }
        return sums
    }
}
