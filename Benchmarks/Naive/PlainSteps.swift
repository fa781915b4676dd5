// The steps of a plain network. Inputs stay where they are until the way back: only ReLU writes over its own.

final class PlainConvolutionStep: PlainStep {
    private let loops: PlainConvolution
    private let batch: Int
    private let isTransposed: Bool
    private let weight, bias: PlainParameter
    private let output: Floats
    private lazy var inputCotangent = Floats(count: batch * input.count)
    private var x: UnsafePointer<Float>?
    private var input: ImageSize { isTransposed ? loops.size.output : loops.size.input }
    private var outputSize: ImageSize { isTransposed ? loops.size.input : loops.size.output }
    var parameters: [PlainParameter] { [weight, bias] }

    init(_ size: ConvolutionSize, _ batch: Int, weight: [Float], bias: [Float], isTransposed: Bool) {
        precondition(weight.count == size.weightCount)
        precondition(bias.count == (isTransposed ? size.input : size.output).channels)
        loops = PlainConvolution(size)
        self.batch = batch
        self.isTransposed = isTransposed
        self.weight = PlainParameter(weight)
        self.bias = PlainParameter(bias)
        output = Floats(count: batch * (isTransposed ? size.input : size.output).count)
    }

    func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> {
        self.x = x
        let (weight, bias, y) = (weight.value.start, bias.value.start, output.start)
        if isTransposed {
            loops.transposedForward(x, weight: weight, bias: bias, into: y, batch: batch)
        } else {
            loops.forward(x, weight: weight, bias: bias, into: y, batch: batch)
        }
        return UnsafePointer(y)
    }

    func backward(_ cotangent: UnsafeMutablePointer<Float>, needsInput: Bool) -> UnsafeMutablePointer<Float>? {
        Plain.channelSums(cotangent, into: bias.gradient.start, batch: batch, outputSize)
        if isTransposed {
            loops.transposedWeightGradient(cotangent, x: x!, into: weight.gradient.start, batch: batch)
        } else {
            loops.weightGradient(cotangent, x: x!, into: weight.gradient.start, batch: batch)
        }
        if !needsInput { return nil }
        let gradient = inputCotangent.start
        if isTransposed {
            loops.transposedInputGradient(cotangent, weight: weight.value.start, into: gradient, batch: batch)
        } else {
            loops.inputGradient(cotangent, weight: weight.value.start, into: gradient, batch: batch)
        }
        return gradient
    }
}

final class PlainMaxPoolingStep: PlainStep {
    private let size: PoolingSize
    private let batch: Int
    private let output: Floats
    private lazy var inputCotangent = Floats(count: batch * size.input.count)
    private var places: [Int32]
    var parameters: [PlainParameter] { [] }

    init(_ size: PoolingSize, _ batch: Int) {
        self.size = size
        self.batch = batch
        output = Floats(count: batch * size.output.count)
        places = [Int32](repeating: 0, count: output.count)
    }

    func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> {
        Plain.maxPooling(x, into: output.start, places: &places, batch: batch, size)
        return UnsafePointer(output.start)
    }

    func backward(_ cotangent: UnsafeMutablePointer<Float>, needsInput: Bool) -> UnsafeMutablePointer<Float>? {
        Plain.maxPoolingGradient(cotangent, places: places, into: inputCotangent.start, batch: batch, size)
        return inputCotangent.start
    }
}

final class PlainLinearStep: PlainStep {
    private let inputSize, outputSize, batch: Int
    private let weight, bias: PlainParameter  // [inputSize, outputSize], [outputSize]
    private let output: Floats
    private lazy var inputCotangent = Floats(count: batch * inputSize)
    private var x: UnsafePointer<Float>?
    var parameters: [PlainParameter] { [weight, bias] }

    init(_ inputSize: Int, _ outputSize: Int, _ batch: Int, weight: [Float], bias: [Float]) {
        precondition(weight.count == inputSize * outputSize && bias.count == outputSize)
        (self.inputSize, self.outputSize, self.batch) = (inputSize, outputSize, batch)
        self.weight = PlainParameter(transposed(weight, rows: outputSize, columns: inputSize))
        self.bias = PlainParameter(bias)
        output = Floats(count: batch * outputSize)
    }

    var parameterArrays: [[Float]] { [straight(weight.value), bias.value.array] }
    var gradientArrays: [[Float]] { [straight(weight.gradient), bias.gradient.array] }
    private func straight(_ weight: Floats) -> [Float] {
        transposed(weight.array, rows: inputSize, columns: outputSize)
    }

    func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> {
        self.x = x
        Plain.linear(
            x, weight: weight.value.start, bias: bias.value.start, into: output.start,
            batch: batch, inputSize: inputSize, outputSize: outputSize)
        return UnsafePointer(output.start)
    }

    func backward(_ cotangent: UnsafeMutablePointer<Float>, needsInput: Bool) -> UnsafeMutablePointer<Float>? {
        Plain.linearParameterGradients(
            cotangent, x: x!, weight: weight.gradient.start, bias: bias.gradient.start,
            batch: batch, inputSize: inputSize, outputSize: outputSize)
        if !needsInput { return nil }
        Plain.linearInputGradient(
            cotangent, weight: weight.value.start, into: inputCotangent.start,
            batch: batch, inputSize: inputSize, outputSize: outputSize)
        return inputCotangent.start
    }
}

/// In place, forward and backward: no step needs its own output, so that of the step before may be written over.
final class PlainReLUStep: PlainStep {
    private let count: Int
    private var y: UnsafePointer<Float>?
    var parameters: [PlainParameter] { [] }

    init(count: Int) { self.count = count }

    func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> {
        Plain.relu(x, into: UnsafeMutablePointer(mutating: x), count: count)
        y = x
        return x
    }

    func backward(_ cotangent: UnsafeMutablePointer<Float>, needsInput: Bool) -> UnsafeMutablePointer<Float>? {
        let y = y!
        for i in 0..<count { cotangent[i] = y[i] > 0 ? cotangent[i] : 0 }
        return cotangent
    }
}

final class PlainSkipStep: PlainStep {
    private let steps: [any PlainStep]
    private let inputCount, outputCount, batch: Int
    private let output: Floats
    private lazy var inputCotangent = Floats(count: batch * inputCount)
    private lazy var innerCotangent = Floats(count: batch * outputCount)
    var parameters: [PlainParameter] { steps.flatMap(\.parameters) }
    var parameterArrays: [[Float]] { steps.flatMap(\.parameterArrays) }
    var gradientArrays: [[Float]] { steps.flatMap(\.gradientArrays) }

    init(_ steps: [any PlainStep], _ inputCount: Int, _ outputCount: Int, _ batch: Int) {
        self.steps = steps
        (self.inputCount, self.outputCount, self.batch) = (inputCount, outputCount, batch)
        output = Floats(count: batch * (inputCount + outputCount))
    }

    func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> {
        let inner = steps.reduce(x) { $1.forward($0) }
        for b in 0..<batch {
            let y = output.start + b * (inputCount + outputCount)
            y.update(from: x + b * inputCount, count: inputCount)
            (y + inputCount).update(from: inner + b * outputCount, count: outputCount)
        }
        return UnsafePointer(output.start)
    }

    func backward(_ cotangent: UnsafeMutablePointer<Float>, needsInput: Bool) -> UnsafeMutablePointer<Float>? {
        for b in 0..<batch {
            let dy = cotangent + b * (inputCount + outputCount)
            (inputCotangent.start + b * inputCount).update(from: dy, count: inputCount)
            (innerCotangent.start + b * outputCount).update(from: dy + inputCount, count: outputCount)
        }
        let dx = inputCotangent.start
        let inner = runBackward(steps, innerCotangent.start, needsInput: true)!
        for i in 0..<batch * inputCount { dx[i] += inner[i] }
        return dx
    }
}
