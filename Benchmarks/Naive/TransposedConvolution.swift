// A transposed convolution is the pullback of a convolution to its input, with a bias: what is forward there is
// backward here. Its weight is [inputChannels, outputChannels, kernelSize, kernelSize], that of the convolution from its
// output to its input, whose size describes it: x is as that convolution's output.

extension Textbook {
    /// Each element of x adds itself times the weight to a window of y.
    ///
    /// - Parameters:
    ///   - x: `[batch]` and `size.output`
    ///   - weight: `[inputChannels, outputChannels, kernelSize, kernelSize]`
    ///   - bias: `[outputChannels]`
    ///   - size: of the convolution from the output to the input
    /// - Returns: `[batch]` and `size.input`
    public static func transposedConvolution(
        _ x: [Float], weight: [Float], bias: [Float], batch: Int, _ size: ConvolutionSize
    ) -> [Float] {
        var y = convolutionInputGradient(x, weight: weight, batch: batch, size)
        let count = size.input.height * size.input.width
        for b in 0..<batch {
            for c in 0..<size.input.channels {
                for i in 0..<count { y[b * size.input.count + c * count + i] += bias[c] }
            }
        }
        return y
    }

    /// The gradient to x: the convolution of the cotangent.
    public static func transposedConvolutionInputGradient(
        _ cotangent: [Float], weight: [Float], batch: Int, _ size: ConvolutionSize
    ) -> [Float] {
        let none = [Float](repeating: 0, count: size.output.channels)
        return convolution(cotangent, weight: weight, bias: none, batch: batch, size)
    }

    /// The gradient to the weight. That to the bias is ``channelSums(_:batch:_:)`` of the cotangent.
    public static func transposedConvolutionWeightGradient(
        _ cotangent: [Float], x: [Float], batch: Int, _ size: ConvolutionSize
    ) -> [Float] {
        convolutionWeightGradient(x, x: cotangent, batch: batch, size)
    }
}

extension PlainConvolution {
    /// Each element of x adds itself times the weight to a window of y.
    ///
    /// - Parameters:
    ///   - x: `[batch]` and `size.output`
    ///   - y: `[batch]` and `size.input`
    public func transposedForward(
        _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        into y: UnsafeMutablePointer<Float>, batch: Int
    ) {
        inputGradient(x, weight: weight, into: y, batch: batch)
        let count = size.input.height * size.input.width
        for b in 0..<batch {
            for c in 0..<size.input.channels {
                let y = y + b * size.input.count + c * count
                for i in 0..<count { y[i] += bias[c] }
            }
        }
    }

    /// The gradient to x: the convolution of the cotangent.
    public func transposedInputGradient(
        _ cotangent: UnsafePointer<Float>, weight: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>,
        batch: Int
    ) {
        forward(cotangent, weight: weight, bias: nil, into: gradient, batch: batch)
    }

    /// The gradient to the weight.
    public func transposedWeightGradient(
        _ cotangent: UnsafePointer<Float>, x: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>,
        batch: Int
    ) {
        weightGradient(x, x: cotangent, into: gradient, batch: batch)
    }
}
