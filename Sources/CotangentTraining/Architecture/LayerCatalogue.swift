import CotangentNN
import CotangentTensor

/// The kinds of layers that an ``Architecture`` knows, by name.
enum LayerCatalogue {
    /// Makes a layer for samples of `shape`, the batch's axis left out.
    typealias Make =
        @Sendable (LayerDescription, Shape, inout PhiloxGenerator) throws(ArchitectureError) -> any Layer

    struct Kind: Sendable {
        let options: [String]
        let make: Make

        init(_ options: [String] = [], _ make: @escaping Make) {
            self.options = options
            self.make = make
        }

        /// A layer without options.
        init(_ layer: @escaping @Sendable () -> any Layer) {
            self.init { (_, _, _) throws(ArchitectureError) in layer() }
        }
    }

    static let kinds: [String: Kind] = activations.merging(structural) { first, _ in first }
        .merging(windows) { first, _ in first }

    private static let activations: [String: Kind] = [
        "relu": Kind { ReLU() },
        "gelu": Kind { GELU() },
        "silu": Kind { SiLU() },
        "selu": Kind { SELU() },
        "elu": Kind { ELU() },
        "sigmoid": Kind { Sigmoid() },
        "tanh": Kind { Tanh() },
        "softplus": Kind { Softplus() },
        "leakyReLU": Kind(["slope"]) { (layer, _, _) throws(ArchitectureError) in
            LeakyReLU(slope: try layer.number("slope", in: 0...1, default: 0.01))
        },
    ]

    private static let structural: [String: Kind] = [
        "linear": Kind(["outputs", "bias"]) { (layer, shape, generator) throws(ArchitectureError) in
            guard shape.rank == 1 else {
                throw ArchitectureError(
                    "'linear' takes samples of one axis, and is given \(shape): put \"flatten\" before")
            }
            let outputs = try layer.count("outputs")
            try limit("a weight", [shape[0], outputs])
            return Linear(shape[0], outputs, bias: try layer.flag("bias", default: true), using: &generator)
        },
        "dropout": Kind(["rate"]) { (layer, _, _) throws(ArchitectureError) in
            Dropout(rate: try layer.number("rate", in: 0...1, default: 0.5))
        },
        "flatten": Kind { Flatten() },
        "batchNorm": Kind { (_, shape, _) throws(ArchitectureError) in
            switch shape.rank {
            case 1, 2: return BatchNorm1D(shape[0])
            case 3: return BatchNorm2D(shape[0])
            case 4: return BatchNorm3D(shape[0])
            default: throw ArchitectureError("'batchNorm' takes samples of one to four axes, and is given \(shape)")
            }
        },
        "layerNorm": Kind { (_, shape, _) throws(ArchitectureError) in
            try limit("a weight", shape.dimensions)
            return LayerNorm(shape)
        },
        "standardization": Kind { (_, shape, _) throws(ArchitectureError) in
            try limit("a mean", shape.dimensions)
            return Standardization(mean: Tensor.zeros(shape), deviation: Tensor.ones(shape))
        },
        "rescaling": Kind { (_, shape, _) throws(ArchitectureError) in
            try limit("a mean", shape.dimensions)
            return Rescaling(mean: Tensor.zeros(shape), deviation: Tensor.ones(shape))
        },
    ]

    private static let windows: [String: Kind] = [
        "conv1d": Kind(convolutionOptions) { (layer, shape, generator) throws(ArchitectureError) in
            try convolution(layer, shape, OneAxis.self, &generator)
        },
        "conv2d": Kind(convolutionOptions) { (layer, shape, generator) throws(ArchitectureError) in
            try convolution(layer, shape, TwoAxes.self, &generator)
        },
        "maxPool1d": Kind(poolingOptions) { (layer, shape, _) throws(ArchitectureError) in
            let window = try window(layer, shape, axes: 1)
            return MaxPool1D(kernelSize: window.kernel, stride: window.stride, padding: window.padding)
        },
        "maxPool2d": Kind(poolingOptions) { (layer, shape, _) throws(ArchitectureError) in
            let window = try window(layer, shape, axes: 2)
            return MaxPool2D(kernelSize: window.kernel, stride: window.stride, padding: window.padding)
        },
        "averagePool2d": Kind(poolingOptions) { (layer, shape, _) throws(ArchitectureError) in
            let window = try window(layer, shape, axes: 2)
            return AveragePool2D(kernelSize: window.kernel, stride: window.stride, padding: window.padding)
        },
        "globalAveragePool": Kind { GlobalAveragePool() },
        "globalMaxPool": Kind { GlobalMaxPool() },
    ]

    private static let poolingOptions = ["kernelSize", "stride", "padding"]
    private static let convolutionOptions = [
        "outputs", "kernelSize", "stride", "padding", "dilation", "groups", "bias",
    ]

    private static func convolution<Axes: SpatialAxes>(
        _ layer: LayerDescription, _ shape: Shape, _: Axes.Type, _ generator: inout PhiloxGenerator
    ) throws(ArchitectureError) -> Convolution<Axes> {
        let axes = try spatialAxes(layer, shape, Axes.count)
        let outputs = try layer.count("outputs")
        let kernel = try layer.size("kernelSize", axes: axes)
        let groups = try layer.count("groups", default: 1)
        guard shape[0] % groups == 0, outputs % groups == 0 else {
            throw ArchitectureError(
                "'\(layer.kind)' has \(groups) groups, which must divide its \(shape[0]) inputs and \(outputs) outputs")
        }
        try limit("a weight", [outputs, shape[0] / groups] + (kernel.lengths(rank: axes) ?? []))
        let stride = try layer.size("stride", axes: axes, default: 1)
        let (padding, dilation) = (try layer.padding(axes: axes), try layer.size("dilation", axes: axes, default: 1))
        // What has no geometry is refused when the layer is tried.
        if let window = try? WindowGeometry(
            input: shape.dropFirst(), kernel: kernel, stride: stride, padding: padding, dilation: dilation)
        {
            try limit("a result", [outputs, window.output.x, window.output.y, window.output.z])
        }
        return Convolution<Axes>(
            shape[0], outputs, kernelSize: kernel, stride: stride, padding: padding, dilation: dilation, groups: groups,
            bias: try layer.flag("bias", default: true), using: &generator)
    }

    private static func window(_ layer: LayerDescription, _ shape: Shape, axes: Int) throws(ArchitectureError) -> (
        kernel: SpatialSize, stride: SpatialSize?, padding: Padding
    ) {
        _ = try spatialAxes(layer, shape, axes)
        return (
            try layer.size("kernelSize", axes: axes),
            layer.has("stride") ? try layer.size("stride", axes: axes) : nil, try layer.padding(axes: axes)
        )
    }

    private static func spatialAxes(_ layer: LayerDescription, _ shape: Shape, _ count: Int) throws(ArchitectureError)
        -> Int
    {
        guard shape.rank == count + 1 else {
            let wanted = count == 1 ? "[channels, length]" : "[channels, height, width]"
            throw ArchitectureError("'\(layer.kind)' takes samples \(wanted), and is given \(shape)")
        }
        return count
    }

    /// A description comes from outside, and must not take all memory, nor ask for more elements than can be counted.
    private static func limit(_ what: String, _ lengths: [Int]) throws(ArchitectureError) {
        var count = 1
        for length in lengths {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow, product <= 1 << 31 else {
                throw ArchitectureError(
                    "\(what) of \(lengths.map { "\($0)" }.joined(separator: " × ")) is above the limit of 2³¹ numbers")
            }
            count = product
        }
    }
}
