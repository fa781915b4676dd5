/// Recurrent layers in the best plain loops. All memory is allocated once.
public final class PlainRecurrent {
    private let size: RecurrentSize
    private let layers: [PlainRecurrentLayer]

    /// - Parameter parameters: as ``RecurrentSize`` orders them
    public init(_ size: RecurrentSize, parameters: [[Float]]) {
        precondition(parameters.count == 4 * size.layers)
        self.size = size
        layers = (0..<size.layers).map {
            PlainRecurrentLayer(size, inputSize: size.inputSize(ofLayer: $0), Array(parameters[(4 * $0)...]))
        }
    }

    /// The outputs of the last layer, `[time, batch, hiddenSize]`. They stay valid until the next call.
    ///
    /// - Parameter x: `[time, batch, inputSize]`
    @discardableResult
    public func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> { layers.reduce(x) { $1.forward($0) } }

    /// ``forward(_:)`` and back. The gradients are kept: see ``gradients``.
    ///
    /// - Parameter cotangent: of the outputs
    @discardableResult
    public func forwardAndBackward(
        _ x: UnsafePointer<Float>, cotangent: UnsafePointer<Float>
    ) -> UnsafePointer<Float> {
        let y = forward(x)
        var cotangent = cotangent
        for (index, layer) in layers.enumerated().reversed() {
            cotangent = layer.backward(cotangent, x: index == 0 ? x : layers[index - 1].outputs)
        }
        return y
    }

    public var outputs: [Float] { Array(UnsafeBufferPointer(start: layers.last!.outputs, count: size.outputCount)) }

    /// To x and to the parameters in their order, of the last ``forwardAndBackward(_:cotangent:)``.
    public var gradients: [[Float]] {
        [layers[0].inputGradient.array]
            + layers.flatMap { layer in layer.parameterGradients.map(\.array) }
    }
}

private final class PlainRecurrentLayer {
    private let size: RecurrentSize
    private let inputSize: Int
    // As PyTorch has them, for the way back, and transposed for the way there: both add multiples of rows.
    private let weightIH, weightHH, transposedIH, transposedHH: Floats
    /// bias_ih, with bias_hh where both are added to the same sum: not in a GRU, which has u by itself.
    private let bias: Floats
    private let biasHH: Floats
    /// a + u, of a GRU a; then the gates, then their cotangents. `[time, batch, gateSize]`
    private let gates: Floats
    /// Where W_hh h is added to: a itself, or a GRU's u.
    private let u: Floats
    /// h before the first step, and after each. c and tanh c are an LSTM's.
    private let h, c, tanhC: Floats
    private lazy var dh = Floats(count: size.batch * size.hiddenSize)
    private lazy var dc = Floats(count: dh.count)
    private(set) lazy var inputGradient = Floats(count: size.time * size.batch * inputSize)
    /// weight_ih, weight_hh, bias_ih, bias_hh
    private(set) lazy var parameterGradients = [weightIH, weightHH, bias, biasHH].map { Floats(count: $0.count) }

    init(_ size: RecurrentSize, inputSize: Int, _ parameters: [[Float]]) {
        let (gateSize, hiddenSize) = (size.gateSize, size.hiddenSize)
        let (ih, hh) = (parameters[0], parameters[1])
        precondition(ih.count == gateSize * inputSize && hh.count == gateSize * hiddenSize)
        precondition(parameters[2].count == gateSize && parameters[3].count == gateSize)
        self.size = size
        self.inputSize = inputSize
        weightIH = Floats(ih)
        weightHH = Floats(hh)
        transposedIH = Floats(transposed(ih, rows: gateSize, columns: inputSize))
        transposedHH = Floats(transposed(hh, rows: gateSize, columns: hiddenSize))
        biasHH = Floats(parameters[3])
        let isGRU = size.cell == .gru
        bias = Floats(isGRU ? parameters[2] : zip(parameters[2], parameters[3]).map(+))
        gates = Floats(count: size.time * size.batch * gateSize)
        u = isGRU ? Floats(count: gates.count) : gates
        let states = (size.time + 1) * size.batch * hiddenSize
        h = Floats(count: states)
        c = Floats(count: size.cell == .lstm ? states : 0)
        tanhC = Floats(count: c.count)
    }

    var outputs: UnsafePointer<Float> { UnsafePointer(h.start + size.batch * size.hiddenSize) }

    func forward(_ x: UnsafePointer<Float>) -> UnsafePointer<Float> {
        let (batch, hiddenSize, gateSize) = (size.batch, size.hiddenSize, size.gateSize)
        let (stateCount, gateCount) = (batch * hiddenSize, batch * gateSize)
        Plain.linear(
            x, weight: transposedIH.start, bias: bias.start, into: gates.start, batch: size.time * batch,
            inputSize: inputSize, outputSize: gateSize)
        for t in 0..<size.time {
            let (gates, u, h) = (gates.start + t * gateCount, u.start + t * gateCount, h.start + t * stateCount)
            let nextH = h + stateCount
            if size.cell == .gru {
                for b in 0..<batch { (u + b * gateSize).update(from: biasHH.start, count: gateSize) }
            }
            // [batch, hiddenSize] · [hiddenSize, gateSize]
            Plain.addProduct(
                m: batch, n: gateSize, k: hiddenSize, h, rowStride: hiddenSize, columnStride: 1, transposedHH.start,
                to: u)
            switch size.cell {
            case .rnn: Plain.tanh(gates, into: nextH, count: stateCount)
            case .lstm:
                let (c, tanhC) = (c.start + t * stateCount, tanhC.start + t * stateCount)
                Plain.lstmStep(
                    gates, c: c, nextC: c + stateCount, tanhC: tanhC, nextH: nextH, batch: batch,
                    hiddenSize: hiddenSize)
            case .gru: Plain.gruStep(gates, u: u, h: h, nextH: nextH, batch: batch, hiddenSize: hiddenSize)
            }
        }
        return outputs
    }

    /// Once after each ``forward(_:)``: the gates are overwritten.
    func backward(_ cotangent: UnsafePointer<Float>, x: UnsafePointer<Float>) -> UnsafePointer<Float> {
        let (batch, hiddenSize, gateSize) = (size.batch, size.hiddenSize, size.gateSize)
        let (stateCount, gateCount, rows) = (batch * hiddenSize, batch * gateSize, size.time * batch)
        let (dh, dc) = (dh.start, dc.start)
        dh.update(repeating: 0, count: stateCount)
        dc.update(repeating: 0, count: stateCount)
        for t in (0..<size.time).reversed() {
            let (gates, u, h) = (gates.start + t * gateCount, u.start + t * gateCount, h.start + t * stateCount)
            let dy = cotangent + t * stateCount
            for i in 0..<stateCount { dh[i] += dy[i] }
            switch size.cell {
            case .rnn: Plain.rnnStepGradient(dh, nextH: h + stateCount, into: gates, count: stateCount)
            case .lstm:
                Plain.lstmStepGradient(
                    dh, dc: dc, gates: gates, c: c.start + t * stateCount, tanhC: tanhC.start + t * stateCount,
                    batch: batch, hiddenSize: hiddenSize)
            case .gru: Plain.gruStepGradient(dh, gates: gates, u: u, h: h, batch: batch, hiddenSize: hiddenSize)
            }
            if size.cell != .gru { dh.update(repeating: 0, count: stateCount) }
            // [batch, gateSize] · [gateSize, hiddenSize]
            Plain.addProduct(
                m: batch, n: hiddenSize, k: gateSize, u, rowStride: gateSize, columnStride: 1, weightHH.start, to: dh)
        }
        // [time · batch, gateSize] · [gateSize, inputSize]
        Plain.gemm(m: rows, n: inputSize, k: gateSize, gates.start, weightIH.start, inputGradient.start)
        addParameterGradients(gates.start, x, inputSize, weight: parameterGradients[0], bias: parameterGradients[2])
        addParameterGradients(u.start, h.start, hiddenSize, weight: parameterGradients[1], bias: parameterGradients[3])
        return UnsafePointer(inputGradient.start)
    }

    private func addParameterGradients(
        _ cotangent: UnsafePointer<Float>, _ inputs: UnsafePointer<Float>, _ inputSize: Int, weight: Floats,
        bias: Floats
    ) {
        let (gateSize, rows) = (size.gateSize, size.time * size.batch)
        weight.start.update(repeating: 0, count: weight.count)
        // [gateSize, time · batch] (transposed) · [time · batch, inputSize]
        Plain.addProduct(
            m: gateSize, n: inputSize, k: rows, cotangent, rowStride: 1, columnStride: gateSize, inputs,
            to: weight.start)
        bias.start.update(repeating: 0, count: gateSize)
        for row in 0..<rows {
            let dy = cotangent + row * gateSize
            for o in 0..<gateSize { bias.start[o] += dy[o] }
        }
    }
}
