/// Linear layers with ReLU between them, none after the last, in the textbook's loops.
public struct TextbookMLP {
    /// The features of the input, of each hidden layer, and the classes.
    public let sizes: [Int]
    /// Each `[outputSize, inputSize]`.
    public private(set) var weights: [[Float]]
    /// Each `[outputSize]`.
    public private(set) var biases: [[Float]]

    /// Of the loss, for each layer.
    public struct Gradients {
        public var weights: [[Float]]
        public var biases: [[Float]]
    }

    private var step = 0
    private var firstMoments: Gradients?
    private var secondMoments: Gradients?

    public init(sizes: [Int], weights: [[Float]], biases: [[Float]]) {
        self.sizes = sizes
        self.weights = weights
        self.biases = biases
    }

    /// The logits, `[batch, classes]`, of `x`, `[batch, features]`.
    public func forward(_ x: [Float], batch: Int) -> [Float] { activations(x, batch: batch).last! }

    /// Cross-entropy of the labels, the mean over the batch, and its gradients.
    public func lossAndGradients(_ x: [Float], labels: [Int]) -> (loss: Float, gradients: Gradients) {
        let batch = labels.count
        let activations = activations(x, batch: batch)
        var (loss, cotangent) = Textbook.crossEntropy(activations.last!, labels: labels, classes: sizes.last!)
        var gradients = Gradients(weights: weights, biases: biases)
        for layer in weights.indices.reversed() {
            let input = activations[layer]
            (gradients.weights[layer], gradients.biases[layer]) = Textbook.linearParameterGradients(
                cotangent, x: input, batch: batch, inputSize: sizes[layer], outputSize: sizes[layer + 1])
            if layer == 0 { break }
            cotangent = Textbook.linearInputGradient(
                cotangent, weight: weights[layer], batch: batch, inputSize: sizes[layer], outputSize: sizes[layer + 1])
            for i in 0..<cotangent.count where input[i] <= 0 { cotangent[i] = 0 }  // ReLU
        }
        return (loss, gradients)
    }

    /// Moves the parameters against the gradients.
    public mutating func update(with gradients: Gradients, _ optimizer: NaiveOptimizer) {
        step += 1
        switch optimizer {
        case .sgd(let learningRate):
            for layer in weights.indices {
                Textbook.sgd(&weights[layer], gradient: gradients.weights[layer], learningRate: learningRate)
                Textbook.sgd(&biases[layer], gradient: gradients.biases[layer], learningRate: learningRate)
            }
        case .adam(let learningRate):
            var first = firstMoments ?? zeros()
            var second = secondMoments ?? zeros()
            (firstMoments, secondMoments) = (nil, nil)  // so that the arrays have one owner and change in place
            for layer in weights.indices {
                Textbook.adam(
                    &weights[layer], gradient: gradients.weights[layer], firstMoment: &first.weights[layer],
                    secondMoment: &second.weights[layer], step: step, learningRate: learningRate)
                Textbook.adam(
                    &biases[layer], gradient: gradients.biases[layer], firstMoment: &first.biases[layer],
                    secondMoment: &second.biases[layer], step: step, learningRate: learningRate)
            }
            (firstMoments, secondMoments) = (first, second)
        }
    }

    /// The input, and each layer's output after its ReLU.
    private func activations(_ x: [Float], batch: Int) -> [[Float]] {
        var activations = [x]
        for layer in weights.indices {
            let y = Textbook.linear(
                activations[layer], weight: weights[layer], bias: biases[layer],
                batch: batch, inputSize: sizes[layer], outputSize: sizes[layer + 1])
            activations.append(layer == weights.count - 1 ? y : Textbook.relu(y))
        }
        return activations
    }

    private func zeros() -> Gradients {
        Gradients(
            weights: weights.map { [Float](repeating: 0, count: $0.count) },
            biases: biases.map { [Float](repeating: 0, count: $0.count) })
    }
}

/// Linear layers with ReLU between them, none after the last, in the best plain loops. All memory is allocated once.
public final class PlainMLP {
    /// The features of the input, of each hidden layer, and the classes.
    public let sizes: [Int]
    public let batch: Int
    private let layers: [PlainLayer]
    private var step = 0

    /// - Parameters:
    ///   - weights: each `[outputSize, inputSize]`; kept transposed
    ///   - biases: each `[outputSize]`
    public init(sizes: [Int], batch: Int, weights: [[Float]], biases: [[Float]]) {
        self.sizes = sizes
        self.batch = batch
        layers = weights.indices.map { layer in
            PlainLayer(
                weights[layer], biases[layer], batch: batch, inputSize: sizes[layer], outputSize: sizes[layer + 1])
        }
    }

    /// Each layer's weight as `[outputSize, inputSize]`.
    public var weights: [[Float]] { layers.map(\.weightArray) }
    /// Each layer's bias.
    public var biases: [[Float]] { layers.map(\.bias.value.array) }

    /// The logits, `[batch, classes]`, of `x`, `[batch, features]`. They stay valid until the next call.
    @discardableResult
    public func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> {
        var input = x
        for (index, layer) in layers.enumerated() {
            let output = layer.output.start
            Plain.linear(
                input, weight: layer.weight.value.start, bias: layer.bias.value.start, into: output,
                batch: batch, inputSize: layer.inputSize, outputSize: layer.outputSize)
            if index < layers.count - 1 {
                Plain.relu(output, into: output, count: batch * layer.outputSize)
            }
            input = UnsafePointer(output)
        }
        return input
    }

    /// Cross-entropy of the labels, the mean over the batch; the gradients are kept for ``update(_:)``.
    @discardableResult
    public func lossAndGradients(_ x: UnsafePointer<Float>, labels: [Int]) -> Float {
        precondition(labels.count == batch)
        let last = layers[layers.count - 1]
        let loss = Plain.crossEntropy(
            forward(x), labels: labels, classes: last.outputSize, gradient: last.cotangent.start)
        for index in layers.indices.reversed() {
            let layer = layers[index]
            let cotangent = layer.cotangent.start
            Plain.linearParameterGradients(
                cotangent, x: index == 0 ? x : UnsafePointer(layers[index - 1].output.start),
                weight: layer.weight.gradient.start, bias: layer.bias.gradient.start,
                batch: batch, inputSize: layer.inputSize, outputSize: layer.outputSize)
            if index == 0 { break }
            let below = layers[index - 1]
            let gradient = below.cotangent.start
            let output = below.output.start
            Plain.linearInputGradient(
                cotangent, weight: layer.weight.value.start, into: gradient,
                batch: batch, inputSize: layer.inputSize, outputSize: layer.outputSize)
            for i in 0..<batch * layer.inputSize { gradient[i] = output[i] > 0 ? gradient[i] : 0 }  // ReLU
        }
        return loss
    }

    /// Moves the parameters against the gradients.
    public func update(_ optimizer: NaiveOptimizer) {
        step += 1
        for layer in layers {
            layer.weight.update(optimizer, step: step)
            layer.bias.update(optimizer, step: step)
        }
    }
}

/// A linear layer's parameters, its output and the cotangent of that.
private final class PlainLayer {
    let inputSize: Int
    let outputSize: Int
    let weight: PlainParameter  // [inputSize, outputSize]
    let bias: PlainParameter
    let output: Floats  // [batch, outputSize], after ReLU
    let cotangent: Floats  // of what came before ReLU

    init(_ weight: [Float], _ bias: [Float], batch: Int, inputSize: Int, outputSize: Int) {
        precondition(weight.count == inputSize * outputSize && bias.count == outputSize)
        self.inputSize = inputSize
        self.outputSize = outputSize
        self.weight = PlainParameter(transposed(weight, rows: outputSize, columns: inputSize))
        self.bias = PlainParameter(bias)
        output = Floats(count: batch * outputSize)
        cotangent = Floats(count: batch * outputSize)
    }

    var weightArray: [Float] { transposed(weight.value.array, rows: inputSize, columns: outputSize) }
}
