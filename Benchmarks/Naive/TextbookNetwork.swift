/// A network in the textbook's loops: each step keeps what it was given, and turns the cotangent of its output into that
/// of its input.
public final class TextbookNetwork {
    private let network: NaiveNetwork
    private let steps: [any TextbookStep]
    private var stepCount = 0

    /// - Parameter parameters: as ``NaiveNetwork`` orders them
    public init(_ network: NaiveNetwork, parameters: [[Float]]) {
        self.network = network
        var rest = parameters[...]
        steps = makeSteps(network.steps, &rest)
        precondition(rest.isEmpty)
    }

    public var parameters: [[Float]] { allParameters.map(\.value) }
    /// Of the last ``lossAndGradients(_:labels:)``.
    public var gradients: [[Float]] { allParameters.map(\.gradient) }

    /// The logits, `[batch, classes]` or `[batch, classes, pixels]`, of images.
    public func forward(_ x: [Float], batch: Int) -> [Float] { steps.reduce(x) { $1.forward($0, batch: batch) } }

    /// Cross-entropy of the labels, the mean over them all; the gradients are kept for ``update(_:)``.
    @discardableResult
    public func lossAndGradients(_ x: [Float], labels: [Int]) -> Float {
        let batch = labels.count / network.pixels
        var (loss, cotangent) = Textbook.pixelCrossEntropy(
            forward(x, batch: batch), labels: labels, classes: network.classes, pixels: network.pixels)
        for (index, step) in steps.enumerated().reversed() {
            cotangent = step.backward(cotangent, batch: batch, needsInput: index > 0)
        }
        return loss
    }

    /// Moves the parameters against the gradients.
    public func update(_ optimizer: NaiveOptimizer) {
        stepCount += 1
        for parameter in allParameters { parameter.update(optimizer, step: stepCount) }
    }

    private var allParameters: [TextbookParameter] { steps.flatMap(\.parameters) }
}

/// One step, with its parameters and its last input.
protocol TextbookStep: AnyObject {
    var parameters: [TextbookParameter] { get }
    func forward(_ x: [Float], batch: Int) -> [Float]
    /// Sets the parameters' gradients and returns that to the input; nothing where that is not needed.
    func backward(_ cotangent: [Float], batch: Int, needsInput: Bool) -> [Float]
}

private func makeSteps(_ steps: [NaiveStep], _ parameters: inout ArraySlice<[Float]>) -> [any TextbookStep] {
    steps.map { step in
        func pair() -> (TextbookParameter, TextbookParameter) {
            (TextbookParameter(parameters.removeFirst()), TextbookParameter(parameters.removeFirst()))
        }
        switch step {
        case .convolution(let size): return TextbookConvolution(size, pair(), isTransposed: false)
        case .transposedConvolution(let size): return TextbookConvolution(size, pair(), isTransposed: true)
        case .maxPooling(let size): return TextbookMaxPooling(size)
        case .linear(let inputSize, let outputSize): return TextbookLinear(inputSize, outputSize, pair())
        case .relu: return TextbookReLU()
        case .skip(let steps, let inputCount, let outputCount):
            return TextbookSkip(makeSteps(steps, &parameters), inputCount, outputCount)
        }
    }
}

/// A parameter, its gradient and, where the optimizer wants them, its moments.
final class TextbookParameter {
    private(set) var value: [Float]
    var gradient: [Float] = []
    private var firstMoment: [Float] = []
    private var secondMoment: [Float] = []

    init(_ value: [Float]) { self.value = value }

    func update(_ optimizer: NaiveOptimizer, step: Int) {
        switch optimizer {
        case .sgd(let learningRate): Textbook.sgd(&value, gradient: gradient, learningRate: learningRate)
        case .adam(let learningRate):
            if firstMoment.isEmpty {
                firstMoment = [Float](repeating: 0, count: value.count)
                secondMoment = firstMoment
            }
            Textbook.adam(
                &value, gradient: gradient, firstMoment: &firstMoment, secondMoment: &secondMoment, step: step,
                learningRate: learningRate)
        }
    }
}
