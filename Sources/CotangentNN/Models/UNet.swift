import CotangentTensor

/// Gives each pixel a class: images [batch, inputChannels, height, width] → logits [batch, classes, height, width].
///
/// On the way down there are `depth` levels of two 3×3 convolutions with ReLU, with baseChannels · 2^level channels and
/// max pooling 2 between them. On the way up a transposed convolution 2×2 of stride 2 doubles the size and halves the
/// channels; what was seen on this level before is put in front of it, and two convolutions merge both. The head is a
/// 1×1 convolution. Height and width must be multiples of 2^(depth − 1).
///
/// ```swift
/// let model = UNet(inputChannels: 1, classes: 2, using: &generator)
/// // [batch, height, width, classes], as cross-entropy takes it
/// let loss = crossEntropy(model(x).permuted(0, 2, 3, 1), labels)
/// ```
/// O. Ronneberger, P. Fischer, T. Brox, "U-Net: convolutional networks for biomedical image segmentation", 2015. The
/// paper's network has five levels from 64 channels and convolutions without padding, so that its output is smaller than
/// its input and what is passed across is cropped; and dropout at its deepest level.
///
/// Its parameters are named "down.0.0.weight" (level, place in the block), "up.0.weight", "merge.0.2.bias",
/// "head.weight".
public struct UNet: Layer {
    /// Two convolutions a level, from the largest images on.
    public let down: [Sequential]
    /// From the level below to this one.
    public let up: [ConvTranspose2D]
    public let merge: [Sequential]
    public let head: Conv2D
    private let pool = MaxPool2D(kernelSize: 2)

    /// - Parameter initializer: of all weights; by default the layers' own, PyTorch's. The paper draws them as
    ///   ``Initializer/heNormal(_:fan:)`` does, so that what passes through many convolutions with ReLU keeps its size.
    public init(
        inputChannels: Int, classes: Int, baseChannels: Int = 64, depth: Int = 5, initializer: Initializer? = nil,
        dtype: DType = .float32, using generator: inout PhiloxGenerator
    ) {
        guard baseChannels > 0, (1...16).contains(depth) else {
            fail("UNet", "\(baseChannels) base channels, depth \(depth): there must be some, and 1 to 16 levels")
        }
        func convolution(_ inputs: Int, _ outputs: Int) -> Conv2D {
            Conv2D(
                inputs, outputs, kernelSize: 3, padding: 1, initializer: initializer, dtype: dtype, using: &generator)
        }
        func block(_ inputs: Int, _ outputs: Int) -> Sequential {
            Sequential {
                convolution(inputs, outputs)
                ReLU()
                convolution(outputs, outputs)
                ReLU()
            }
        }
        let widths = (0..<depth).map { baseChannels << $0 }
        down = zip([inputChannels] + widths, widths).map(block)
        up = widths.dropLast().map {
            ConvTranspose2D(
                2 * $0, $0, kernelSize: 2, stride: 2, initializer: initializer, dtype: dtype, using: &generator)
        }
        merge = widths.dropLast().map { block(2 * $0, $0) }
        head = Conv2D(
            baseChannels, classes, kernelSize: 1, initializer: initializer, dtype: dtype, using: &generator)
    }

    /// One image without the first axis will do, too.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let unit = 1 << (down.count - 1)
        guard x.rank == 3 || x.rank == 4, x.shape.suffix(2).allSatisfy({ $0 % unit == 0 }) else {
            return refused(x, unit)
        }
        var seen: [Tensor] = []
        var x = x
        for (level, block) in down.enumerated() {
            x = block(level == 0 ? x : pooled(x))
            seen.append(x)
        }
        for level in up.indices.reversed() {
            x = merge[level](concatenate([seen[level], up[level](x)], axis: -3))
        }
        return head(x)
    }

    private func refused(_ x: Tensor, _ unit: Int) -> Tensor {
        let size = x.shape.dimensions.suffix(2)
        return reject(
            "UNet",
            "the input is \(x.summary): it must be [batch, channels, height, width], and with \(down.count) levels height and width must be multiples of \(unit)",
            meant: Shape(x.shape.dimensions.dropLast(3).suffix(1) + [head.weight.shape[0]] + size), x.dtype)
    }

    /// Under its name, which whoever watches the layers cannot know from parameters.
    private func pooled(_ x: Tensor) -> Tensor {
        guard let observer = Scope.current?.observer else { return pool(x) }
        observer.enter("pool", of: self)
        defer { observer.leave() }
        return pool(x)
    }
}
