/// A step of a naive network: what it does and with what sizes, for one image. Between images and a linear step nothing
/// need be done: `[channels, height, width]` lies in memory as so many features.
public indirect enum NaiveStep: Sendable {
    /// Parameters: weight `[outputChannels, inputChannels, kernelSize, kernelSize]`, bias.
    case convolution(ConvolutionSize)
    /// Parameters: weight `[inputChannels, outputChannels, kernelSize, kernelSize]`, bias. The size is that of the
    /// convolution from the output to the input.
    case transposedConvolution(ConvolutionSize)
    case maxPooling(PoolingSize)
    /// Parameters: weight `[outputSize, inputSize]`, bias.
    case linear(inputSize: Int, outputSize: Int)
    case relu(count: Int)
    /// The input's channels, followed by those that the steps make of the input.
    case skip([NaiveStep], inputCount: Int, outputCount: Int)

    /// Multiplications and additions for one image, forward.
    public var flops: Double {
        switch self {
        case .convolution(let size), .transposedConvolution(let size): size.flops
        case .linear(let inputSize, let outputSize): 2 * Double(inputSize) * Double(outputSize)
        case .skip(let steps, _, _): steps.reduce(0) { $0 + $1.flops }
        case .maxPooling, .relu: 0
        }
    }
}

/// What a naive network consists of. Its parameters are those of its steps in their order, weight before bias.
public struct NaiveNetwork: Sendable {
    public let input: ImageSize
    public let steps: [NaiveStep]
    public let classes: Int
    /// Of the output: 1 where an image has one class, and otherwise each pixel has one.
    public let pixels: Int

    public init(_ input: ImageSize, _ build: (inout Builder) -> Void) {
        var builder = Builder(input)
        build(&builder)
        self.input = input
        steps = builder.steps
        classes = builder.size.channels
        pixels = builder.size.height * builder.size.width
    }

    /// Multiplications and additions for one image. Backward, each product has two; nobody asks for the gradient to
    /// the first step's input.
    public func flops(training: Bool) -> Double {
        let forward = steps.reduce(0) { $0 + $1.flops }
        return training ? 3 * forward - steps[0].flops : forward
    }

    /// Puts steps one after the other, and keeps account of the size of what is between them.
    public struct Builder {
        public private(set) var size: ImageSize
        fileprivate var steps: [NaiveStep] = []

        fileprivate init(_ input: ImageSize) { size = input }

        public mutating func convolution(_ outputChannels: Int, kernelSize: Int, padding: Int = 0) {
            let size = ConvolutionSize(
                size, outputChannels: outputChannels, kernelSize: kernelSize, padding: padding)
            steps.append(.convolution(size))
            self.size = size.output
        }

        /// Each pixel becomes `stride` × `stride` pixels.
        public mutating func transposedConvolution(_ outputChannels: Int, stride: Int) {
            let output = ImageSize(
                channels: outputChannels, height: size.height * stride, width: size.width * stride)
            steps.append(
                .transposedConvolution(
                    ConvolutionSize(output, outputChannels: size.channels, kernelSize: stride, stride: stride)))
            size = output
        }

        public mutating func maxPooling(_ kernelSize: Int) {
            let size = PoolingSize(size, kernelSize: kernelSize)
            steps.append(.maxPooling(size))
            self.size = size.output
        }

        public mutating func linear(_ outputSize: Int) {
            steps.append(.linear(inputSize: size.count, outputSize: outputSize))
            size = ImageSize(channels: outputSize, height: 1, width: 1)
        }

        public mutating func relu() { steps.append(.relu(count: size.count)) }

        public mutating func skip(_ build: (inout Builder) -> Void) {
            var inner = Builder(size)
            build(&inner)
            precondition(inner.size.height == size.height && inner.size.width == size.width)
            steps.append(.skip(inner.steps, inputCount: size.count, outputCount: inner.size.count))
            size = ImageSize(
                channels: size.channels + inner.size.channels, height: size.height, width: size.width)
        }

        fileprivate mutating func convolutionAndReLU(_ outputChannels: Int, kernelSize: Int = 3, padding: Int = 1) {
            convolution(outputChannels, kernelSize: kernelSize, padding: padding)
            relu()
        }
    }
}

// The benchmark's models: see their namesakes in Cotangent for the papers.
extension NaiveNetwork {
    /// Linear steps with ReLU between them, none after the last; `sizes` are the features of the input, of each hidden
    /// layer, and the classes.
    public static func mlp(_ sizes: [Int]) -> NaiveNetwork {
        NaiveNetwork(ImageSize(channels: sizes[0], height: 1, width: 1)) {
            for size in sizes[1..<(sizes.count - 1)] {
                $0.linear(size)
                $0.relu()
            }
            $0.linear(sizes[sizes.count - 1])
        }
    }

    /// On images of 28×28 with one channel.
    public static let lenet5 = NaiveNetwork(ImageSize(channels: 1, height: 28, width: 28)) {
        $0.convolutionAndReLU(6, kernelSize: 5, padding: 2)
        $0.maxPooling(2)
        $0.convolutionAndReLU(16, kernelSize: 5, padding: 0)
        $0.maxPooling(2)
        for size in [120, 84] {
            $0.linear(size)
            $0.relu()
        }
        $0.linear(10)
    }

    /// On images of 32×32 with three channels.
    public static let vggSmall = NaiveNetwork(ImageSize(channels: 3, height: 32, width: 32)) {
        for channels in [32, 64] {
            $0.convolutionAndReLU(channels)
            $0.convolutionAndReLU(channels)
            $0.maxPooling(2)
        }
        $0.linear(256)
        $0.relu()
        $0.linear(10)
    }

    /// `depth` levels, each with twice the channels and half the size of the one above.
    public static func unet(_ input: ImageSize, baseChannels: Int, depth: Int, classes: Int) -> NaiveNetwork {
        func add(level: Int, to builder: inout Builder) {
            let channels = baseChannels << level
            builder.convolutionAndReLU(channels)
            builder.convolutionAndReLU(channels)
            if level == depth - 1 { return }
            builder.skip {
                $0.maxPooling(2)
                add(level: level + 1, to: &$0)
                $0.transposedConvolution(channels, stride: 2)
            }
            builder.convolutionAndReLU(channels)
            builder.convolutionAndReLU(channels)
        }
        return NaiveNetwork(input) {
            add(level: 0, to: &$0)
            $0.convolution(classes, kernelSize: 1)
        }
    }

    /// The names that PyTorch would give the layers of ``unet(_:baseChannels:depth:classes:)`` which have parameters, in
    /// the order of the steps: "down.0.0", …, "head".
    public static func unetLayerNames(depth: Int) -> [String] {
        func names(level: Int) -> [String] {
            let down = ["down.\(level).0", "down.\(level).2"]
            if level == depth - 1 { return down }
            return down + names(level: level + 1) + ["up.\(level)", "merge.\(level).0", "merge.\(level).2"]
        }
        return names(level: 0) + ["head"]
    }
}
