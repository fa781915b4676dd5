import CotangentBLAS

/// How a convolution is computed. All ways give the same result within rounding, of finite values: in Winograd's forms
/// a value that is infinite or not a number spoils more of the outputs around it than the kernel reaches, since they
/// are sums and differences of a whole tile.
///
/// One that is named but does not serve the geometry traps; ``automatic`` and ``withoutWinograd`` always serve.
public enum ConvolutionAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// The fastest for the shape.
    case automatic
    /// The fastest for the shape but Winograd's, whose rounding error is larger: in float32 some 10⁻⁶ of the
    /// result's norm instead of 10⁻⁷.
    case withoutWinograd
    /// As a product of matrices (im2col). Any geometry.
    case columns
    /// Winograd's F(2×2, 3×3): 3×3 kernels of stride 1 without dilation, padded by at most 2; 2.25 times fewer
    /// multiplications.
    case winograd2
    /// Winograd's F(4×4, 3×3): the same with 4 times fewer multiplications, and a larger rounding error.
    case winograd4
    /// Sums of shifted rows, without columns. Any geometry.
    case direct
    /// The definition, one element at a time. Any geometry; slow.
    case plain
}

extension ConvolutionAlgorithm {
    enum Pass { case forward, inputGradient, weightGradient }

    /// Whether it can compute convolutions of this shape.
    func serves(_ shape: ConvolutionShape) -> Bool {
        switch self {
        case .automatic, .withoutWinograd, .columns, .direct, .plain: true
        case .winograd2, .winograd4: WinogradConvolution.serves(shape)
        }
    }

    /// The form to use for a shape that it serves.
    func engine(_ pass: Pass, _ shape: ConvolutionShape) -> any ConvolutionEngine {
        switch self {
        case .plain: PlainConvolution()
        case .columns: ColumnsConvolution()
        case .direct: DirectConvolution()
        case .winograd2: WinogradConvolution(m: 2)
        case .winograd4: WinogradConvolution(m: 4)
        case .automatic: Self.winograd(shape) ?? Self.exact(pass, shape)
        case .withoutWinograd: Self.exact(pass, shape)
        }
    }

    /// Winograd's form where its transforms pay: from about a vector of channels on either side. Of the two tiles the one
    /// that multiplies less; the smaller one, which is more exact, where both do the same.
    private static func winograd(_ shape: ConvolutionShape) -> (any ConvolutionEngine)? {
        guard WinogradConvolution.serves(shape), min(shape.groupInputs, shape.groupOutputs) >= 12 else { return nil }
        func products(_ m: Int) -> Int {
            let tiles = (shape.window.output &+ (m - 1)) / m
            return tiles[1] * tiles[2] * (m + 2) * (m + 2)
        }
        return WinogradConvolution(m: products(4) < products(2) ? 4 : 2)
    }

    /// Measured on two cores of a Zen 4 with OpenBLAS 0.3.21:
    /// - Forward, the direct form reaches 98 % of the multiply-add peak in its inner loop and copies least. A product as
    ///   it lies is better for a pointwise kernel with few outputs.
    /// - Backward to the input, it is better, unless padding makes the input much larger than the output, or a stride
    ///   leaves it few channels to work on.
    /// - Backward to the weight, it is better where the runs of positions are long, or for a handful of outputs, which
    ///   leave a product of matrices nothing to work on.
    /// - Where vectors of 64 bytes take several registers, OpenBLAS's kernels know the processor better.
    private static func exact(_ pass: Pass, _ shape: ConvolutionShape) -> any ConvolutionEngine {
        let (inputs, outputs) = (shape.groupInputs, shape.groupOutputs)
        let isDirect =
            if inputs == 1 && outputs == 1 {
                true
            } else if !hasWideRegisters && max(inputs, outputs) > 16 {
                false
            } else {
                switch pass {
                case .forward: !shape.isPointwise || outputs >= 32
                case .inputGradient where shape.window.stride == SIMD3(repeating: 1):
                    !shape.isPointwise && 10 * shape.window.inputCount <= 13 * shape.window.outputCount
                case .inputGradient: inputs >= 16
                case .weightGradient:
                    outputs < 8 || !shape.isPointwise && shape.window.outputCount >= 400 && shape.patchCount >= 64
                }
            }
        return isDirect ? DirectConvolution() : ColumnsConvolution()
    }
}

private let hasWideRegisters = Runtime.cpuLevel == "x86-64-v4"
