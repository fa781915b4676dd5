import CotangentTensor

/// Filters over signals: see ``Convolution``.
public typealias Conv1D = Convolution<OneAxis>
/// Filters over images: see ``Convolution``.
public typealias Conv2D = Convolution<TwoAxes>
/// Filters over volumes: see ``Convolution``.
public typealias Conv3D = Convolution<ThreeAxes>

/// A bank of learnt filters: ``Conv1D``, ``Conv2D`` and ``Conv3D``.
///
/// `weight` is [outputChannels, inputChannels / groups, kernel…] and `bias` [outputChannels], as in PyTorch; by default
/// both are uniform in ±1/√(inputChannels / groups · |kernel|), PyTorch's choice. Each filter sees all channels of its
/// group: three filters of 3×3 over three channels have 3 · (27 + 1) numbers, and take 3×6×6 to 3×4×4.
/// With as many groups as channels the convolution is depthwise. See
/// ``conv2d(_:_:_:stride:padding:dilation:groups:relu:algorithm:)`` for the formula and the output's size.
public struct Convolution<Axes: SpatialAxes>: Layer, DescribedModule, ReLUFusing {
    public let weight: Parameter
    public let bias: Parameter?
    public let stride: SpatialSize
    public let padding: Padding
    public let dilation: SpatialSize
    public let groups: Int
    public let algorithm: ConvolutionAlgorithm

    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernelSize: SpatialSize, stride: SpatialSize = 1,
        padding: Padding = 0, dilation: SpatialSize = 1, groups: Int = 1, bias: Bool = true,
        initializer: Initializer? = nil, algorithm: ConvolutionAlgorithm = .automatic, dtype: DType = .float32,
        using generator: inout PhiloxGenerator
    ) {
        let name = Self.name
        requireChannels(name, inputChannels, outputChannels, groups)
        let shape = Shape(
            [outputChannels, inputChannels / groups] + requireKernel(name, kernelSize, rank: Axes.count))
        (weight, self.bias) = convolutionParameters(
            shape, biasCount: bias ? outputChannels : nil, initializer, dtype, &generator)
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.algorithm = algorithm
    }

    /// A layer of given values: weight [outputChannels, inputChannels / groups, kernel…], bias [outputChannels].
    public init(
        weight: Tensor, bias: Tensor? = nil, stride: SpatialSize = 1, padding: Padding = 0, dilation: SpatialSize = 1,
        groups: Int = 1, algorithm: ConvolutionAlgorithm = .automatic
    ) {
        guard weight.rank == Axes.count + 2,
            bias.map({ $0.shape == [weight.shape[0]] && $0.dtype == weight.dtype }) ?? true
        else {
            fail(
                Self.name,
                "the weight is \(weight.summary), the bias \(bias?.summary ?? "absent"): they must be [out, in / groups, kernel…] and [out]"
            )
        }
        requireChannels(Self.name, weight.shape[1] * max(groups, 1), weight.shape[0], groups)
        self.weight = Parameter(weight)
        self.bias = bias.map { Parameter($0) }
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.algorithm = algorithm
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { observed(apply(x, relu: false)) }

    package func withReLU(_ x: Tensor) -> Tensor { apply(x, relu: true) }

    private func apply(_ x: Tensor, relu: Bool) -> Tensor {
        let convolution =
            switch Axes.count {
            case 1: conv1d
            case 2: conv2d
            default: conv3d
            }
        return convolution(x, weight.value, bias?.value, stride, padding, dilation, groups, relu, algorithm)
    }

    private static var name: String { "Conv\(Axes.count)D" }

    package var summaryName: String {
        convolutionSummary(
            Self.name, weight.shape[1] * groups, weight.shape[0], weight.shape, stride, padding, dilation, groups,
            bias != nil)
    }
}

func requireChannels(_ name: String, _ inputs: Int, _ outputs: Int, _ groups: Int) {
    guard inputs > 0, outputs > 0, groups > 0, inputs % groups == 0, outputs % groups == 0 else {
        fail(
            name,
            "\(inputs) → \(outputs) channels in \(groups) groups: all must be positive, and both divisible by the groups"
        )
    }
}

func requireKernel(_ name: String, _ kernelSize: SpatialSize, rank: Int) -> [Int] {
    guard let lengths = kernelSize.lengths(rank: rank), lengths.allSatisfy({ $0 > 0 }) else {
        fail(name, "the kernel size \(kernelSize) must be positive, for \(rank) spatial ax\(rank == 1 ? "is" : "es")")
    }
    return lengths
}

/// Weight and bias, uniform in ±1/√(fan in), where fan in is counted as PyTorch does: weight.shape[1] · |kernel|.
func convolutionParameters(
    _ shape: Shape, biasCount: Int?, _ initializer: Initializer?, _ dtype: DType, _ generator: inout PhiloxGenerator
) -> (Parameter, Parameter?) {
    let bound = 1 / Double(shape[1...].reduce(1, *)).squareRoot()
    let weight = (initializer ?? .uniform(-bound...bound))(shape, dtype: dtype, using: &generator)
    let bias = biasCount.map { Tensor.uniform([$0], in: -bound...bound, dtype: dtype, using: &generator) }
    return (Parameter(weight), bias.map { Parameter($0) })
}

/// "Conv2D(16 → 32, 3×3, padding 1)": what is not the default is named.
func convolutionSummary(
    _ name: String, _ inputs: Int, _ outputs: Int, _ weight: Shape, _ stride: SpatialSize, _ padding: Padding,
    _ dilation: SpatialSize, _ groups: Int, _ hasBias: Bool
) -> String {
    var parts = ["\(inputs) → \(outputs)", weight[2...].map(String.init).joined(separator: "×")]
    if stride != 1 { parts.append("stride \(stride)") }
    if padding != 0 { parts.append("padding \(padding)") }
    if dilation != 1 { parts.append("dilation \(dilation)") }
    if groups != 1 { parts.append("groups \(groups)") }
    if !hasBias { parts.append("no bias") }
    return "\(name)(\(parts.joined(separator: ", ")))"
}
