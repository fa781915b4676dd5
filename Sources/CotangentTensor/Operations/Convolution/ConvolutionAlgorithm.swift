import CotangentBLAS

/// How a convolution is computed. All ways give the same result within rounding.
///
/// One that is named but does not serve the geometry traps; ``automatic`` and ``withoutWinograd`` always serve.
public enum ConvolutionAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// The fastest for the shape.
    case automatic
    /// The fastest for the shape but Winograd's, whose rounding error is larger: in float32 some 10⁻⁶ to 10⁻⁵ of the
    /// result's norm instead of 10⁻⁷.
    case withoutWinograd
    /// As a product of matrices (im2col). Any geometry.
    case columns
    /// Winograd's F(2×2, 3×3): 3×3 kernels of stride 1 without dilation, padded by at most 2; 2.25 times fewer
    /// multiplications.
    case winograd2
    /// Winograd's F(4×4, 3×3): the same with 4 times fewer multiplications, and a larger rounding error.
    case winograd4
    /// Sums of shifted rows, without columns: for few channels.
    case direct
    /// The definition, one element at a time. Any geometry; slow.
    case plain
}

extension ConvolutionAlgorithm {
    enum Pass { case forward, inputGradient, weightGradient }

    /// Whether it can compute convolutions of this shape.
    func serves(_ shape: ConvolutionShape) -> Bool {
        switch self {
        case .automatic, .withoutWinograd, .columns, .plain: true
        case .winograd2, .winograd4: WinogradConvolution.serves(shape)
        case .direct: false
        }
    }

    /// The form to use for a shape that it serves.
    func engine(_ pass: Pass, _ shape: ConvolutionShape, isFloat: Bool) -> any ConvolutionEngine {
        switch self {
        case .plain: PlainConvolution()
        case .winograd2: WinogradConvolution(m: 2)
        case .winograd4: WinogradConvolution(m: 4)
        default: ColumnsConvolution()
        }
    }
}
