/// The size of an image, which lies in memory as `[channels, height, width]`.
public struct ImageSize: Sendable, Equatable {
    public let channels: Int
    public let height: Int
    public let width: Int
    public var count: Int { channels * height * width }

    public init(channels: Int, height: Int, width: Int) {
        precondition(channels > 0 && height > 0 && width > 0)
        (self.channels, self.height, self.width) = (channels, height, width)
    }
}

/// How a square kernel moves over an image.
public struct ConvolutionSize: Sendable {
    public let input: ImageSize
    public let output: ImageSize
    public let kernelSize: Int
    public let stride: Int
    /// Zeros on all four sides of the image.
    public let padding: Int

    public init(_ input: ImageSize, outputChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0) {
        precondition(kernelSize > 0 && stride > 0 && padding >= 0)
        self.input = input
        self.kernelSize = kernelSize
        self.stride = stride
        self.padding = padding
        output = ImageSize(
            channels: outputChannels,
            height: (input.height + 2 * padding - kernelSize) / stride + 1,
            width: (input.width + 2 * padding - kernelSize) / stride + 1)
    }

    /// How many weights lead to an output channel: `[inputChannels, kernelSize, kernelSize]`.
    public var tapCount: Int { input.channels * kernelSize * kernelSize }
    public var weightCount: Int { output.channels * tapCount }
    /// Multiplications and additions for one image, forward.
    public var flops: Double { 2 * Double(output.count) * Double(tapCount) }

    /// Whether the kernel's element (i, j) lies within the image where the kernel's corner is at the output's (r, q),
    /// and then the index of what is under it.
    @inline(__always)
    func index(under i: Int, _ j: Int, at r: Int, _ q: Int, channel: Int) -> Int? {
        let row = r * stride + i - padding
        let column = q * stride + j - padding
        if row < 0 || row >= input.height || column < 0 || column >= input.width { return nil }
        return (channel * input.height + row) * input.width + column
    }
}

extension Textbook {
    /// y[b, o, r, q] = bias[o] + Σ over c, i, j of x[b, c, r·stride + i − padding, q·stride + j − padding] ·
    /// weight[o, c, i, j], where x is 0 outside.
    ///
    /// - Parameters:
    ///   - x: `[batch, inputChannels, height, width]`
    ///   - weight: `[outputChannels, inputChannels, kernelSize, kernelSize]`
    ///   - bias: `[outputChannels]`
    public static func convolution(
        _ x: [Float], weight: [Float], bias: [Float], batch: Int, _ size: ConvolutionSize
    ) -> [Float] {
        let (input, output, k) = (size.input, size.output, size.kernelSize)
        var y = [Float](repeating: 0, count: batch * output.count)
        for b in 0..<batch {
            for o in 0..<output.channels {
                for r in 0..<output.height {
                    for q in 0..<output.width {
                        var sum = bias[o]
                        for c in 0..<input.channels {
                            for i in 0..<k {
                                for j in 0..<k {
                                    guard let place = size.index(under: i, j, at: r, q, channel: c) else { continue }
                                    sum +=
                                        x[b * input.count + place] * weight[((o * input.channels + c) * k + i) * k + j]
                                }
                            }
                        }
                        y[b * output.count + (o * output.height + r) * output.width + q] = sum
                    }
                }
            }
        }
        return y
    }

    /// The gradient to x: each product of the sum in y passes cotangent · weight back to where its x stood.
    ///
    /// - Parameter cotangent: of y, `[batch, outputChannels, outputHeight, outputWidth]`
    public static func convolutionInputGradient(
        _ cotangent: [Float], weight: [Float], batch: Int, _ size: ConvolutionSize
    ) -> [Float] {
        let (input, output, k) = (size.input, size.output, size.kernelSize)
        var gradient = [Float](repeating: 0, count: batch * input.count)
        for b in 0..<batch {
            for o in 0..<output.channels {
                for r in 0..<output.height {
                    for q in 0..<output.width {
                        let dy = cotangent[b * output.count + (o * output.height + r) * output.width + q]
                        for c in 0..<input.channels {
                            for i in 0..<k {
                                for j in 0..<k {
                                    guard let place = size.index(under: i, j, at: r, q, channel: c) else { continue }
                                    gradient[b * input.count + place] +=
                                        dy * weight[((o * input.channels + c) * k + i) * k + j]
                                }
                            }
                        }
                    }
                }
            }
        }
        return gradient
    }

    /// The gradient to weight[o, c, i, j]: Σ over b, r, q of cotangent[b, o, r, q] · the x under the element (i, j).
    public static func convolutionWeightGradient(
        _ cotangent: [Float], x: [Float], batch: Int, _ size: ConvolutionSize
    ) -> [Float] {
        let (input, output, k) = (size.input, size.output, size.kernelSize)
        var gradient = [Float](repeating: 0, count: size.weightCount)
        for o in 0..<output.channels {
            for c in 0..<input.channels {
                for i in 0..<k {
                    for j in 0..<k {
                        var sum: Float = 0
                        for b in 0..<batch {
                            for r in 0..<output.height {
                                for q in 0..<output.width {
                                    guard let place = size.index(under: i, j, at: r, q, channel: c) else { continue }
                                    sum +=
                                        cotangent[b * output.count + (o * output.height + r) * output.width + q]
                                        * x[b * input.count + place]
                                }
                            }
                        }
                        gradient[((o * input.channels + c) * k + i) * k + j] = sum
                    }
                }
            }
        }
        return gradient
    }

    /// Σ over batch, rows and columns for each channel of `x`, `[batch, channels, height, width]`: the bias's gradient.
    public static func channelSums(_ x: [Float], batch: Int, _ size: ImageSize) -> [Float] {
        var sums = [Float](repeating: 0, count: size.channels)
        for b in 0..<batch {
            for c in 0..<size.channels {
                for i in 0..<size.height * size.width {
                    sums[c] += x[b * size.count + c * size.height * size.width + i]
                }
            }
        }
        return sums
    }
}
