/// Cross-correlation of signals with a bank of filters, as neural networks use it and PyTorch names it: convolution
/// without the flip.
///
///     y[n, k, i] = bias[k] + Σ_c Σ_j x[n, c, i · stride + j · dilation − padding] · weight[k, c, j]
///
/// - Parameters:
///   - x: [batch, inputChannels, length], or one signal without the first axis.
///   - weight: [outputChannels, inputChannels / groups, kernelSize]
///   - bias: [outputChannels]
///   - groups: output channels of group g see the input channels of group g alone.
///   - relu: whether max(·, 0) is applied to each block of the output while it is in cache.
/// - Returns: [batch, outputChannels, outputLength], where outputLength is
///   ⌊(length + padding before and after − dilation (kernelSize − 1) − 1) / stride⌋ + 1.
public func conv1d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: SpatialSize = 1, padding: Padding = 0,
    dilation: SpatialSize = 1, groups: Int = 1, relu: Bool = false, algorithm: ConvolutionAlgorithm = .automatic
) -> Tensor {
    convolution("conv1d", 1, x, weight, bias, stride, padding, dilation, groups, relu, algorithm)
}

/// The same for images: x [batch, inputChannels, height, width] or one image, weight
/// [outputChannels, inputChannels / groups, kernelHeight, kernelWidth]. See ``conv1d(_:_:_:stride:padding:dilation:groups:relu:algorithm:)``.
public func conv2d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: SpatialSize = 1, padding: Padding = 0,
    dilation: SpatialSize = 1, groups: Int = 1, relu: Bool = false, algorithm: ConvolutionAlgorithm = .automatic
) -> Tensor {
    convolution("conv2d", 2, x, weight, bias, stride, padding, dilation, groups, relu, algorithm)
}

/// The same for volumes: x [batch, inputChannels, depth, height, width] or one volume, weight
/// [outputChannels, inputChannels / groups, kernelDepth, kernelHeight, kernelWidth].
public func conv3d(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, stride: SpatialSize = 1, padding: Padding = 0,
    dilation: SpatialSize = 1, groups: Int = 1, relu: Bool = false, algorithm: ConvolutionAlgorithm = .automatic
) -> Tensor {
    convolution("conv3d", 3, x, weight, bias, stride, padding, dilation, groups, relu, algorithm)
}

private func convolution(
    _ name: StaticString, _ rank: Int, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ stride: SpatialSize,
    _ padding: Padding, _ dilation: SpatialSize, _ groups: Int, _ relu: Bool, _ algorithm: ConvolutionAlgorithm
) -> Tensor {
    if x.rank == rank + 1 {
        let y = convolution(
            name, rank, x.expandingAxis(0), weight, bias, stride, padding, dilation, groups, relu, algorithm)
        return y.squeezed(axes: [0])
    }
    var meant = x.shape.dimensions
    if meant.count > 1 { meant[1] = weight.shape.first ?? 1 }
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
    let (inputs, outputs) = (x.shape[1], weight.shape[0])
    guard groups > 0, inputs % groups == 0, outputs % groups == 0 else {
        return refuse(
            "\(inputs) input channels and \(outputs) output channels must both be divisible by \(groups) groups")
    }
    guard weight.shape[1] == inputs / groups else {
        return refuse(
            "\(inputs) input channels in \(groups) group\(groups == 1 ? "" : "s") need a weight [\(outputs), \(inputs / groups), …]"
        )
    }
    guard bias.map({ $0.shape == [outputs] }) ?? true else { return refuse("the bias must be [\(outputs)]") }
    let window: WindowGeometry
    do {
        window = try WindowGeometry(
            input: x.shape[2...], kernel: SpatialSize(Array(weight.shape[2...])), stride: stride, padding: padding,
            dilation: dilation)
    } catch {
        return refuse(error.message)
    }
    let shape = ConvolutionShape(
        window: window, batch: x.shape[0], inputChannels: inputs, outputChannels: outputs, groups: groups)
    guard algorithm.serves(shape) else { return refuse("the algorithm \(algorithm) does not serve this geometry") }
    return shape.convolve(name, x, weight, bias, relu: relu, algorithm)
}
