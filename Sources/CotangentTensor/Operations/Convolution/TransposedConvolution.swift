/// The adjoint of ``conv1d(_:_:_:stride:padding:dilation:groups:relu:algorithm:)`` in its input, as a layer that makes
/// signals longer ("deconvolution"; Zeiler et al., 2010): each input value adds a multiple of the kernel to the output.
///
/// - Parameters:
///   - x: [batch, inputChannels, length], or one signal without the first axis.
///   - weight: [inputChannels, outputChannels / groups, kernelSize]: PyTorch's order.
///   - outputPadding: how much longer the output is at its end. With a stride s, s lengths of the output belong to one
///     of the input; this picks among them. Less than the stride or the dilation.
/// - Returns: [batch, outputChannels, outputLength], where outputLength is
///   (length − 1) stride − padding before and after + dilation (kernelSize − 1) + outputPadding + 1.
public func convTranspose1d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: SpatialSize = 1, padding: Padding = 0,
    outputPadding: SpatialSize = 0, dilation: SpatialSize = 1, groups: Int = 1,
    algorithm: ConvolutionAlgorithm = .automatic
) -> Tensor {
    transposed("convTranspose1d", 1, x, weight, bias, stride, padding, outputPadding, dilation, groups, algorithm)
}

/// The same for images: x [batch, inputChannels, height, width], weight
/// [inputChannels, outputChannels / groups, kernelHeight, kernelWidth].
public func convTranspose2d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: SpatialSize = 1, padding: Padding = 0,
    outputPadding: SpatialSize = 0, dilation: SpatialSize = 1, groups: Int = 1,
    algorithm: ConvolutionAlgorithm = .automatic
) -> Tensor {
    transposed("convTranspose2d", 2, x, weight, bias, stride, padding, outputPadding, dilation, groups, algorithm)
}

/// The same for volumes.
public func convTranspose3d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: SpatialSize = 1, padding: Padding = 0,
    outputPadding: SpatialSize = 0, dilation: SpatialSize = 1, groups: Int = 1,
    algorithm: ConvolutionAlgorithm = .automatic
) -> Tensor {
    transposed("convTranspose3d", 3, x, weight, bias, stride, padding, outputPadding, dilation, groups, algorithm)
}

private func transposed(
    _ name: StaticString, _ rank: Int, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ stride: SpatialSize,
    _ padding: Padding, _ outputPadding: SpatialSize, _ dilation: SpatialSize, _ groups: Int,
    _ algorithm: ConvolutionAlgorithm
) -> Tensor {
    if x.rank == rank + 1 {
        let y = transposed(
            name, rank, x.expandingAxis(0), weight, bias, stride, padding, outputPadding, dilation, groups, algorithm)
        return y.squeezed(axes: [0])
    }
    var meant = x.shape.dimensions
    if meant.count > 1, weight.rank > 1 { meant[1] = weight.shape[1] * Swift.max(groups, 1) }
    func refuse(_ problem: String) -> Tensor {
        reject(
            "\(name)",
            "the input is \(x.summary), the weight \(weight.summary)\(bias.map { ", the bias \($0.summary)" } ?? ""): \(problem)",
            meant: Shape(meant), x.dtype)
    }
    guard x.rank == rank + 2, weight.rank == rank + 2 else {
        return refuse("with \(rank) spatial ax\(rank == 1 ? "is" : "es") both have \(rank + 2) axes")
    }
    guard x.dtype.isFloatingPoint, x.dtype == weight.dtype, bias.map({ $0.dtype == x.dtype }) ?? true else {
        return refuse("all must be of one floating-point dtype")
    }
    let inputs = x.shape[1]
    guard groups > 0, inputs % groups == 0 else {
        return refuse("\(inputs) input channels must be divisible by \(groups) groups")
    }
    guard weight.shape[0] == inputs else {
        return refuse("\(inputs) input channels need a weight [\(inputs), …]")
    }
    let outputs = weight.shape[1] * groups
    guard bias.map({ $0.shape == [outputs] }) ?? true else { return refuse("the bias must be [\(outputs)]") }
    let window: WindowGeometry
    do {
        window = try WindowGeometry(
            transposing: x.shape[2...], kernel: SpatialSize(Array(weight.shape[2...])), stride: stride,
            padding: padding, outputPadding: outputPadding, dilation: dilation)
    } catch {
        return refuse(error.message)
    }
    let shape = ConvolutionShape(
        window: window, batch: x.shape[0], inputChannels: outputs, outputChannels: inputs, groups: groups)
    guard algorithm.serves(shape) else { return refuse("the algorithm \(algorithm) does not serve this geometry") }
    let y = shape.transpose(name, x, weight, algorithm)
    return bias.map { y + $0.reshaped(Shape([outputs] + Array(repeating: 1, count: rank))) } ?? y
}
