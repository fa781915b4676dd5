import CotangentTensor

/// Reads digits: images [batch, inputChannels, 28, 28] → logits [batch, classes].
///
///     conv 5×5, padding 2 → 6 channels, ReLU, max pool 2
///     conv 5×5 → 16 channels, ReLU, max pool 2
///     linear 400 → 120 → 84 → classes with ReLU between
///
/// Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition", 1998, in the
/// form that is usual today. The paper's network has tanh for ReLU, averages with learnt factors for max pooling, a
/// second convolution that sees only some of the six channels, and distances to given patterns in place of the last
/// layer; its images are 32×32, which the padding stands in for.
///
/// The names of its parameters are those of PyTorch's `Sequential` with the same layers: "0.weight", …, "11.bias".
public struct LeNet5: Layer, ModuleContainer {
    public let layers: Sequential

    public init(
        inputChannels: Int = 1, classes: Int = 10, dtype: DType = .float32, using generator: inout PhiloxGenerator
    ) {
        layers = Sequential {
            Conv2D(inputChannels, 6, kernelSize: 5, padding: 2, dtype: dtype, using: &generator)
            ReLU()
            MaxPool2D(kernelSize: 2)
            Conv2D(6, 16, kernelSize: 5, dtype: dtype, using: &generator)
            ReLU()
            MaxPool2D(kernelSize: 2)
            Flatten()
            Linear(400, 120, dtype: dtype, using: &generator)
            ReLU()
            Linear(120, 84, dtype: dtype, using: &generator)
            ReLU()
            Linear(84, classes, dtype: dtype, using: &generator)
        }
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { layers(x) }

    package var namedChildren: [(name: String, child: Any)] { layers.namedChildren }
}
