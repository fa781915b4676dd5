/// What the units of a recurrent layer are.
public enum NaiveCell: Sendable {
    case rnn, lstm, gru

    /// Blocks of `hiddenSize` rows in a layer's weights: i, f, g, o of an LSTM, r, z, n of a GRU.
    public var gateCount: Int {
        switch self {
        case .rnn: 1
        case .lstm: 4
        case .gru: 3
        }
    }
}

/// Recurrent layers, one on top of the other, over sequences `[time, batch, inputSize]` from a state of zeros.
///
/// Parameters are those of the layers in their order, each layer's as PyTorch has them: weight_ih
/// `[gateCount · hiddenSize, inputs]`, weight_hh `[gateCount · hiddenSize, hiddenSize]`, bias_ih, bias_hh
/// `[gateCount · hiddenSize]`.
public struct RecurrentSize: Sendable {
    public let cell: NaiveCell
    public let time: Int
    public let batch: Int
    public let inputSize: Int
    public let hiddenSize: Int
    public let layers: Int

    public init(_ cell: NaiveCell, time: Int, batch: Int, inputSize: Int, hiddenSize: Int, layers: Int) {
        precondition(time > 0 && batch > 0 && inputSize > 0 && hiddenSize > 0 && layers > 0)
        (self.cell, self.time, self.batch) = (cell, time, batch)
        (self.inputSize, self.hiddenSize, self.layers) = (inputSize, hiddenSize, layers)
    }

    public var inputCount: Int { time * batch * inputSize }
    public var outputCount: Int { time * batch * hiddenSize }
    /// Features of a layer's products.
    public var gateSize: Int { cell.gateCount * hiddenSize }
    /// Features of what a layer is given.
    public func inputSize(ofLayer layer: Int) -> Int { layer == 0 ? inputSize : hiddenSize }
    /// Multiplications and additions of the products, forward.
    public var flops: Double {
        (0..<layers).reduce(0) {
            $0 + 2 * Double(time * batch) * Double(gateSize) * Double(inputSize(ofLayer: $1) + hiddenSize)
        }
    }
}

/// Recurrent layers in the textbook's loops, a step at a time. What each step made is kept for the way back.
public final class TextbookRecurrent {
    private let size: RecurrentSize
    private let layers: [TextbookRecurrentLayer]

    /// - Parameter parameters: as ``RecurrentSize`` orders them
    public init(_ size: RecurrentSize, parameters: [[Float]]) {
        precondition(parameters.count == 4 * size.layers)
        self.size = size
        layers = (0..<size.layers).map {
            TextbookRecurrentLayer(size, inputSize: size.inputSize(ofLayer: $0), Array(parameters[(4 * $0)...]))
        }
    }

    /// The outputs of the last layer, `[time, batch, hiddenSize]`.
    ///
    /// - Parameter x: `[time, batch, inputSize]`
    public func forward(_ x: [Float]) -> [Float] { Array(layers.reduce(steps(x)) { $1.forward($0) }.joined()) }

    /// The gradients to x and to the parameters in their order, of the last ``forward(_:)``.
    ///
    /// - Parameter cotangent: of the outputs
    public func backward(_ cotangent: [Float]) -> [[Float]] {
        var cotangent = steps(cotangent)
        var gradients: [[Float]] = []
        for layer in layers.reversed() {
            let ofLayer = layer.backward(cotangent)
            cotangent = ofLayer.x
            gradients = ofLayer.parameters + gradients
        }
        return [Array(cotangent.joined())] + gradients
    }

    private func steps(_ sequence: [Float]) -> [[Float]] {
        let count = sequence.count / size.time
        return (0..<size.time).map { Array(sequence[$0 * count..<($0 + 1) * count]) }
    }
}

private final class TextbookRecurrentLayer {
    /// What a step was given and what it made, for a batch.
    private struct Step {
        let x, h, c: [Float]
        /// W_hh h + b_hh
        let u: [Float]
        let gates, nextC, nextH: [Float]
    }

    private let size: RecurrentSize
    private let inputSize: Int
    private let weightIH, weightHH, biasIH, biasHH: [Float]
    private var steps: [Step] = []

    init(_ size: RecurrentSize, inputSize: Int, _ parameters: [[Float]]) {
        self.size = size
        self.inputSize = inputSize
        (weightIH, weightHH, biasIH, biasHH) = (parameters[0], parameters[1], parameters[2], parameters[3])
        precondition(weightIH.count == size.gateSize * inputSize && biasIH.count == size.gateSize)
        precondition(weightHH.count == size.gateSize * size.hiddenSize && biasHH.count == size.gateSize)
    }

    func forward(_ x: [[Float]]) -> [[Float]] {
        let (batch, hiddenSize, gateSize) = (size.batch, size.hiddenSize, size.gateSize)
        var h = [Float](repeating: 0, count: batch * hiddenSize)
        var c = h
        steps = []
        for x in x {
            let a = Textbook.linear(
                x, weight: weightIH, bias: biasIH, batch: batch, inputSize: inputSize, outputSize: gateSize)
            let u = Textbook.linear(
                h, weight: weightHH, bias: biasHH, batch: batch, inputSize: hiddenSize, outputSize: gateSize)
            var gates: [Float] = []
            var (nextH, nextC) = (h, c)
            switch size.cell {
            case .rnn: nextH = Textbook.rnnStep(a, u)
            case .lstm: (gates, nextC, nextH) = Textbook.lstmStep(a, u, c: c, batch: batch, hiddenSize: hiddenSize)
            case .gru: (gates, nextH) = Textbook.gruStep(a, u, h: h, batch: batch, hiddenSize: hiddenSize)
            }
            steps.append(Step(x: x, h: h, c: c, u: u, gates: gates, nextC: nextC, nextH: nextH))
            (h, c) = (nextH, nextC)
        }
        return steps.map(\.nextH)
    }

    func backward(_ cotangent: [[Float]]) -> (x: [[Float]], parameters: [[Float]]) {
        let (batch, hiddenSize, gateSize) = (size.batch, size.hiddenSize, size.gateSize)
        var dh = [Float](repeating: 0, count: batch * hiddenSize)
        var dc = dh
        var (dx, da, du): ([[Float]], [[Float]], [[Float]]) = ([], [], [])  // from the last step to the first
        for (step, dy) in zip(steps, cotangent).reversed() {
            for i in 0..<dh.count { dh[i] += dy[i] }
            var direct = [Float](repeating: 0, count: dh.count)  // to h, past the product
            var (ofInput, ofHidden): ([Float], [Float])
            switch size.cell {
            case .rnn:
                ofInput = Textbook.rnnStepGradient(dh, nextH: step.nextH)
                ofHidden = ofInput
            case .lstm:
                (ofInput, dc) = Textbook.lstmStepGradient(
                    dh, dc, gates: step.gates, c: step.c, nextC: step.nextC, batch: batch, hiddenSize: hiddenSize)
                ofHidden = ofInput
            case .gru:
                (ofInput, ofHidden, direct) = Textbook.gruStepGradient(
                    dh, gates: step.gates, u: step.u, h: step.h, batch: batch, hiddenSize: hiddenSize)
            }
            dh = Textbook.linearInputGradient(
                ofHidden, weight: weightHH, batch: batch, inputSize: hiddenSize, outputSize: gateSize)
            for i in 0..<dh.count { dh[i] += direct[i] }
            dx.append(
                Textbook.linearInputGradient(
                    ofInput, weight: weightIH, batch: batch, inputSize: inputSize, outputSize: gateSize))
            da.append(ofInput)
            du.append(ofHidden)
        }
        let rows = size.time * batch
        let ih = Textbook.linearParameterGradients(
            Array(da.reversed().joined()), x: Array(steps.map(\.x).joined()), batch: rows, inputSize: inputSize,
            outputSize: gateSize)
        let hh = Textbook.linearParameterGradients(
            Array(du.reversed().joined()), x: Array(steps.map(\.h).joined()), batch: rows, inputSize: hiddenSize,
            outputSize: gateSize)
        return (dx.reversed(), [ih.weight, hh.weight, ih.bias, hh.bias])
    }
}
