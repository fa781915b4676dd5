/// A network in the best plain loops. All memory is allocated once.
public final class PlainNetwork {
    private let network: NaiveNetwork
    private let batch: Int
    private let steps: [any PlainStep]
    private let allParameters: [PlainParameter]
    private lazy var cotangent = Floats(count: batch * network.classes * network.pixels)
    private var stepCount = 0

    /// - Parameter parameters: as ``NaiveNetwork`` orders them
    public init(_ network: NaiveNetwork, batch: Int, parameters: [[Float]]) {
        self.network = network
        self.batch = batch
        var rest = parameters[...]
        steps = makeSteps(network.steps, batch, &rest)
        precondition(rest.isEmpty)
        allParameters = steps.flatMap(\.parameters)
    }

    public var parameters: [[Float]] { steps.flatMap(\.parameterArrays) }
    /// Of the last ``lossAndGradients(_:labels:)``.
    public var gradients: [[Float]] { steps.flatMap(\.gradientArrays) }

    /// The logits, `[batch, classes]` or `[batch, classes, pixels]`, of images. They stay valid until the next call.
    @discardableResult
    public func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> { steps.reduce(x) { $1.forward($0) } }

    /// Cross-entropy of the labels, the mean over them all; the gradients are kept for ``update(_:)``.
    @discardableResult
    public func lossAndGradients(_ x: UnsafePointer<Float>, labels: [Int]) -> Float {
        precondition(labels.count == batch * network.pixels)
        let loss =
            network.pixels == 1
            ? Plain.crossEntropy(
                forward(x), labels: labels, classes: network.classes, gradient: cotangent.start)
            : Plain.pixelCrossEntropy(
                forward(x), labels: labels, classes: network.classes, pixels: network.pixels,
                gradient: cotangent.start)
        runBackward(steps, cotangent.start, needsInput: false)
        return loss
    }

    /// Moves the parameters against the gradients.
    public func update(_ optimizer: NaiveOptimizer) {
        stepCount += 1
        for parameter in allParameters { parameter.update(optimizer, step: stepCount) }
    }
}

/// One step for a batch of given size, with its parameters, its output and the cotangent of its input.
protocol PlainStep: AnyObject {
    var parameters: [PlainParameter] { get }
    /// Their values in the network's order and layout.
    var parameterArrays: [[Float]] { get }
    var gradientArrays: [[Float]] { get }
    func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float>
    /// Sets the parameters' gradients for the x of the last forward, and returns that to x, in memory that may be
    /// changed; nil where it is not needed.
    func backward(_ cotangent: UnsafeMutablePointer<Float>, needsInput: Bool) -> UnsafeMutablePointer<Float>?
}

extension PlainStep {
    var parameterArrays: [[Float]] { parameters.map(\.value.array) }
    var gradientArrays: [[Float]] { parameters.map(\.gradient.array) }
}

@discardableResult
func runBackward(
    _ steps: [any PlainStep], _ cotangent: UnsafeMutablePointer<Float>, needsInput: Bool
) -> UnsafeMutablePointer<Float>? {
    var cotangent: UnsafeMutablePointer<Float>? = cotangent
    for (index, step) in steps.enumerated().reversed() {
        cotangent = step.backward(cotangent!, needsInput: needsInput || index > 0)
    }
    return cotangent
}

private func makeSteps(
    _ steps: [NaiveStep], _ batch: Int, _ parameters: inout ArraySlice<[Float]>
) -> [any PlainStep] {
    steps.map { step in
        switch step {
        case .convolution(let size):
            return PlainConvolutionStep(
                size, batch, weight: parameters.removeFirst(), bias: parameters.removeFirst(), isTransposed: false)
        case .transposedConvolution(let size):
            return PlainConvolutionStep(
                size, batch, weight: parameters.removeFirst(), bias: parameters.removeFirst(), isTransposed: true)
        case .maxPooling(let size): return PlainMaxPoolingStep(size, batch)
        case .linear(let inputSize, let outputSize):
            return PlainLinearStep(
                inputSize, outputSize, batch, weight: parameters.removeFirst(), bias: parameters.removeFirst())
        case .relu(let count): return PlainReLUStep(count: batch * count)
        case .skip(let steps, let inputCount, let outputCount):
            return PlainSkipStep(makeSteps(steps, batch, &parameters), inputCount, outputCount, batch)
        }
    }
}
