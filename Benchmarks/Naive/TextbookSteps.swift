// The steps of a textbook's network: each keeps its input for the way back.

final class TextbookConvolution: TextbookStep {
    private let size: ConvolutionSize
    private let isTransposed: Bool
    private let weight, bias: TextbookParameter
    private var x: [Float] = []
    var parameters: [TextbookParameter] { [weight, bias] }

    init(_ size: ConvolutionSize, _ parameters: (TextbookParameter, TextbookParameter), isTransposed: Bool) {
        self.size = size
        self.isTransposed = isTransposed
        (weight, bias) = parameters
    }

    func forward(_ x: [Float], batch: Int) -> [Float] {
        self.x = x
        return (isTransposed ? Textbook.transposedConvolution : Textbook.convolution)(
            x, weight.value, bias.value, batch, size)
    }

    func backward(_ cotangent: [Float], batch: Int, needsInput: Bool) -> [Float] {
        weight.gradient =
            (isTransposed ? Textbook.transposedConvolutionWeightGradient : Textbook.convolutionWeightGradient)(
                cotangent, x, batch, size)
        bias.gradient = Textbook.channelSums(cotangent, batch: batch, isTransposed ? size.input : size.output)
        if !needsInput { return [] }
        return (isTransposed ? Textbook.transposedConvolutionInputGradient : Textbook.convolutionInputGradient)(
            cotangent, weight.value, batch, size)
    }
}

final class TextbookMaxPooling: TextbookStep {
    private let size: PoolingSize
    private var x: [Float] = []
    var parameters: [TextbookParameter] { [] }

    init(_ size: PoolingSize) { self.size = size }

    func forward(_ x: [Float], batch: Int) -> [Float] {
        self.x = x
        return Textbook.maxPooling(x, batch: batch, size)
    }

    func backward(_ cotangent: [Float], batch: Int, needsInput: Bool) -> [Float] {
        Textbook.maxPoolingGradient(cotangent, x: x, batch: batch, size)
    }
}

final class TextbookLinear: TextbookStep {
    private let inputSize, outputSize: Int
    private let weight, bias: TextbookParameter
    private var x: [Float] = []
    var parameters: [TextbookParameter] { [weight, bias] }

    init(_ inputSize: Int, _ outputSize: Int, _ parameters: (TextbookParameter, TextbookParameter)) {
        (self.inputSize, self.outputSize) = (inputSize, outputSize)
        (weight, bias) = parameters
    }

    func forward(_ x: [Float], batch: Int) -> [Float] {
        self.x = x
        return Textbook.linear(
            x, weight: weight.value, bias: bias.value, batch: batch, inputSize: inputSize, outputSize: outputSize)
    }

    func backward(_ cotangent: [Float], batch: Int, needsInput: Bool) -> [Float] {
        (weight.gradient, bias.gradient) = Textbook.linearParameterGradients(
            cotangent, x: x, batch: batch, inputSize: inputSize, outputSize: outputSize)
        return needsInput
            ? Textbook.linearInputGradient(
                cotangent, weight: weight.value, batch: batch, inputSize: inputSize, outputSize: outputSize) : []
    }
}

final class TextbookReLU: TextbookStep {
    private var x: [Float] = []
    var parameters: [TextbookParameter] { [] }

    func forward(_ x: [Float], batch: Int) -> [Float] {
        self.x = x
        return Textbook.relu(x)
    }

    func backward(_ cotangent: [Float], batch: Int, needsInput: Bool) -> [Float] {
        var gradient = cotangent
        for i in 0..<x.count where x[i] <= 0 { gradient[i] = 0 }
        return gradient
    }
}

final class TextbookSkip: TextbookStep {
    private let steps: [any TextbookStep]
    private let inputCount, outputCount: Int
    var parameters: [TextbookParameter] { steps.flatMap(\.parameters) }

    init(_ steps: [any TextbookStep], _ inputCount: Int, _ outputCount: Int) {
        self.steps = steps
        (self.inputCount, self.outputCount) = (inputCount, outputCount)
    }

    func forward(_ x: [Float], batch: Int) -> [Float] {
        let inner = steps.reduce(x) { $1.forward($0, batch: batch) }
        var y: [Float] = []
        for b in 0..<batch {
            y += x[b * inputCount..<(b + 1) * inputCount]
            y += inner[b * outputCount..<(b + 1) * outputCount]
        }
        return y
    }

    func backward(_ cotangent: [Float], batch: Int, needsInput: Bool) -> [Float] {
        var direct: [Float] = []
        var inner: [Float] = []
        for b in 0..<batch {
            let start = b * (inputCount + outputCount)
            direct += cotangent[start..<start + inputCount]
            inner += cotangent[start + inputCount..<start + inputCount + outputCount]
        }
        for step in steps.reversed() { inner = step.backward(inner, batch: batch, needsInput: true) }
        for i in 0..<direct.count { direct[i] += inner[i] }
        return direct
    }
}
