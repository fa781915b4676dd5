import CotangentTensor

/// Names small photographs: images [batch, inputChannels, 32, 32] → logits [batch, classes].
///
///     twice conv 3×3, padding 1 → 32 channels, ReLU; max pool 2
///     twice conv 3×3, padding 1 → 64 channels, ReLU; max pool 2
///     linear 4096 → 256 → classes with ReLU between
///
/// The beginning of the networks of K. Simonyan and A. Zisserman, "Very deep convolutional networks for large-scale image
/// recognition", 2015: two 3×3 convolutions see as far as one of 5×5, with fewer weights and a ReLU more, and channels
/// double where sizes halve. The paper's networks take 224×224, have five such blocks with up to 512 channels, and three
/// linear layers of 4096 with dropout.
///
/// The names of its parameters are those of PyTorch's `Sequential` with the same layers: "0.weight", …, "13.bias".
public struct VGGSmall: Layer, ModuleContainer {
    public let layers: Sequential

    public init(
        inputChannels: Int = 3, classes: Int = 10, dtype: DType = .float32, using generator: inout PhiloxGenerator
    ) {
        layers = Sequential {
            for (inputs, outputs) in [(inputChannels, 32), (32, 64)] {
                Conv2D(inputs, outputs, kernelSize: 3, padding: 1, dtype: dtype, using: &generator)
                ReLU()
                Conv2D(outputs, outputs, kernelSize: 3, padding: 1, dtype: dtype, using: &generator)
                ReLU()
                MaxPool2D(kernelSize: 2)
            }
            Flatten()
            Linear(4096, 256, dtype: dtype, using: &generator)
            ReLU()
            Linear(256, classes, dtype: dtype, using: &generator)
        }
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { layers(x) }

    package var namedChildren: [(name: String, child: Any)] { layers.namedChildren }
}
