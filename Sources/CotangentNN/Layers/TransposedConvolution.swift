import CotangentTensor

/// Makes signals longer: see ``TransposedConvolution``.
public typealias ConvTranspose1D = TransposedConvolution<OneAxis>
/// Makes images larger: see ``TransposedConvolution``.
public typealias ConvTranspose2D = TransposedConvolution<TwoAxes>
/// Makes volumes larger: see ``TransposedConvolution``.
public typealias ConvTranspose3D = TransposedConvolution<ThreeAxes>

/// The adjoint of a convolution as a layer: ``ConvTranspose1D``, ``ConvTranspose2D`` and ``ConvTranspose3D``.
///
/// `weight` is [inputChannels, outputChannels / groups, kernel…], as in PyTorch; by default it and the bias are uniform in
/// ±1/√(outputChannels / groups · |kernel|), PyTorch's choice. See
/// ``convTranspose2d(_:_:_:stride:padding:outputPadding:dilation:groups:algorithm:)`` for the output's size.
public struct TransposedConvolution<Axes: SpatialAxes>: Layer, DescribedModule {
    public let weight: Parameter
    public let bias: Parameter?
    public let stride: SpatialSize
    public let padding: Padding
    public let outputPadding: SpatialSize
    public let dilation: SpatialSize
    public let groups: Int
    public let algorithm: ConvolutionAlgorithm

    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernelSize: SpatialSize, stride: SpatialSize = 1,
        padding: Padding = 0, outputPadding: SpatialSize = 0, dilation: SpatialSize = 1, groups: Int = 1,
        bias: Bool = true, initializer: Initializer? = nil, algorithm: ConvolutionAlgorithm = .automatic,
        dtype: DType = .float32, using generator: inout PhiloxGenerator
    ) {
        requireChannels(Self.name, inputChannels, outputChannels, groups)
        let shape = Shape(
            [inputChannels, outputChannels / groups] + requireKernel(Self.name, kernelSize, rank: Axes.count))
        (weight, self.bias) = convolutionParameters(
            shape, biasCount: bias ? outputChannels : nil, initializer, dtype, &generator)
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
        self.dilation = dilation
        self.groups = groups
        self.algorithm = algorithm
    }

    /// A layer of given values: weight [inputChannels, outputChannels / groups, kernel…], bias [outputChannels].
    public init(
        weight: Tensor, bias: Tensor? = nil, stride: SpatialSize = 1, padding: Padding = 0,
        outputPadding: SpatialSize = 0, dilation: SpatialSize = 1, groups: Int = 1,
        algorithm: ConvolutionAlgorithm = .automatic
    ) {
        guard weight.rank == Axes.count + 2,
            bias.map({ $0.shape == [weight.shape[1] * groups] && $0.dtype == weight.dtype }) ?? true
        else {
            fail(
                Self.name,
                "the weight is \(weight.summary), the bias \(bias?.summary ?? "absent"): they must be [in, out / groups, kernel…] and [out]"
            )
        }
        requireChannels(Self.name, weight.shape[0], weight.shape[1] * max(groups, 1), groups)
        self.weight = Parameter(weight)
        self.bias = bias.map { Parameter($0) }
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
        self.dilation = dilation
        self.groups = groups
        self.algorithm = algorithm
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        let convolution =
            switch Axes.count {
            case 1: convTranspose1d
            case 2: convTranspose2d
            default: convTranspose3d
            }
        return observed(
            convolution(x, weight.value, bias?.value, stride, padding, outputPadding, dilation, groups, algorithm))
    }

    private static var name: String { "ConvTranspose\(Axes.count)D" }

    package var summaryName: String {
        convolutionSummary(
            Self.name, weight.shape[0], weight.shape[1] * groups, weight.shape, stride, padding, dilation, groups,
            bias != nil)
    }
}
