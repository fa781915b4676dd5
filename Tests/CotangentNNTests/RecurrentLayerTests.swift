import Cotangent
import TestSupport
import Testing

@Suite struct RecurrentLayerTests {
    private func random(_ shape: Shape, _ dtype: DType = .float64, _ seed: UInt64 = 5) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.normal(shape, dtype: dtype, using: &generator)
    }

    // MARK: Precision

    /// float32's gradients against float64's at sizes that fill vectors and leave a rest.
    @Test(arguments: RecurrentSample.allCases, [(7, 33, 5), (20, 16, 17)]) func float32(
        _ sample: RecurrentSample, _ sizes: (input: Int, hidden: Int, batch: Int)
    ) throws {
        let exact = sample.layer(sizes.input, sizes.hidden, layers: 2, bidirectional: true)
        let single = sample.layer(sizes.input, sizes.hidden, layers: 2, bidirectional: true, dtype: .float32)
        try single.restore(exact.snapshot().map { $1.cast(to: .float32) })
        try exact.restore(single.snapshot().map { $1.cast(to: .float64) })
        let x = random([9, sizes.batch, sizes.input], .float32)
        let u = random([9, sizes.batch, exact.outputSize], .float32, 6)
        let lengths = (0..<sizes.batch).map { 1 + $0 % 9 }
        func gradients(_ layer: any RecurrentLayer, _ dtype: DType) -> [Tensor] {
            let cotangent = u.cast(to: dtype)
            func loss(_ x: Tensor) -> Tensor { sum(layer(x, lengths: lengths).outputs * cotangent) }
            let own = valueAndGradients(of: layer) { loss(x.cast(to: dtype)) }.gradients
            return [gradient(at: x.cast(to: dtype), of: loss)] + layer.parameters.map { own[$0]! }
        }
        let names = ["x"] + exact.namedParameters.map(\.name)
        for (name, (a, b)) in zip(names, zip(gradients(single, .float32), gradients(exact, .float64))) {
            #expect(relativeDistance(a, b) < 1e-5, "\(name)")
        }
    }

    // MARK: Dropout

    @Test(arguments: RecurrentSample.allCases) func dropoutBetweenLayers(_ sample: RecurrentSample) throws {
        let layer = sample.layer(3, 32, layers: 2, dropout: 0.4)
        let plain = sample.layer(3, 32, layers: 2)
        let x = random([6, 4, 3])
        func training(_ layer: any RecurrentLayer, seed: UInt64) -> Tensor {
            var generator = PhiloxGenerator(seed: seed)
            return running(in: .training, using: &generator) { layer(x) }
        }
        let inference = layer(x)
        #expect(inference == plain(x) && running(in: .inference) { layer(x) } == inference)
        let a = training(layer, seed: 1)
        #expect(a != inference && a == training(layer, seed: 1) && a != training(layer, seed: 2))
        // The last layer's outputs are not dropped: none is 0, but for a ReLU's.
        if sample != .relu { #expect(a.doubles.allSatisfy { $0 != 0 }) }
        // Nor is the first layer's input: one layer drops nothing.
        let one = sample.layer(3, 32, dropout: 0.4)
        #expect(training(one, seed: 1) == one(x))
        // The rate is that between the layers: at 1 the second layer reads zeros.
        let deaf = sample.layer(3, 32, layers: 2, dropout: 1)
        let second = sample.layer(layer.outputSize, 32)
        let weights = deaf.snapshot()
        let own = weights.names.filter { $0.hasSuffix("l1") }
        try second.restore(Snapshot(own.map { ($0.dropLast(1) + "0", weights[$0]!) }))
        let zeros = Tensor.zeros([6, 4, layer.outputSize], dtype: .float64)
        #expect(relativeDistance(training(deaf, seed: 1), second(zeros)) < 1e-14)
    }

    /// The gradient is that of the masks that were drawn.
    @Test(arguments: RecurrentSample.allCases) func dropoutGradient(_ sample: RecurrentSample) throws {
        let layer = sample.layer(2, 4, layers: 3, dropout: 0.3, bidirectional: true)
        try gradientCheck(at: random([3, 2, 2]), mode: .training) { x in
            var generator = PhiloxGenerator(seed: 8)
            return running(in: .training, using: &generator) { layer(x, lengths: [2, 3]).outputs }
        }
    }

    // MARK: Shapes

    @Test(arguments: RecurrentSample.allCases) func summaries(_ sample: RecurrentSample) throws {
        let layer = sample.layer(5, 4, layers: 2, bidirectional: true, dtype: .float32)
        let width = sample == .projected ? 4 : 8
        #expect(layer.outputSize == width)
        #expect(try layer.validate(inputShape: [7, 3, 5]) == [7, 3, width])
        #expect(try layer.validate(inputShape: [7, 0, 5]) == [7, 0, width])
        #expect(try layer.validate(inputShape: [100, 1 << 30, 5]) == [100, 1 << 30, width])
        let name = sample.hasCell ? "LSTM" : sample.rawValue.hasPrefix("gru") ? "GRU" : "RNN"
        let projected = sample == .projected ? ", projected to 2" : ""
        let rows = layer.summary(inputShape: [7, 3, 5]).rows
        #expect(rows.map(\.layer) == ["\(name)(5 → 4\(projected), 2 layers, bidirectional)"])
        #expect(rows.map(\.outputShape) == [[7, 3, width]])
        #expect(rows.map(\.parameterCount) == [layer.parameters.reduce(0) { $0 + $1.shape.reduce(1, *) }])
    }

    /// In a model: names, and where a shape is refused.
    @Test func inSequential() throws {
        var generator = PhiloxGenerator(seed: 1)
        let model = Sequential {
            Embedding(10, 5, using: &generator)
            LSTM(5, 4, using: &generator)
            GRU(4, 3, bidirectional: true, using: &generator)
            Linear(6, 2, using: &generator)
        }
        #expect(
            model.namedParameters.map(\.name) == [
                "0.weight", "1.weight_ih_l0", "1.weight_hh_l0", "1.bias_ih_l0", "1.bias_hh_l0", "2.weight_ih_l0",
                "2.weight_hh_l0", "2.bias_ih_l0", "2.bias_hh_l0", "2.weight_ih_l0_reverse", "2.weight_hh_l0_reverse",
                "2.bias_ih_l0_reverse", "2.bias_hh_l0_reverse", "3.weight", "3.bias",
            ])
        #expect(try model.validate(inputShape: [7, 3], dtype: .int64) == [7, 3, 2])
        #expect(model.summary(inputShape: [7, 3], dtype: .int64).rows.map(\.name) == ["0", "1", "2", "3"])
        let error = #expect(throws: ShapeError.self) { try model.validate(inputShape: [7], dtype: .int64) }
        #expect(error?.layer == "1")
    }

    @Test(arguments: RecurrentSample.allCases) func emptyBatch(_ sample: RecurrentSample) throws {
        for dtype in [DType.float32, .float64] {
            for lengths in [nil, [Int]()] {
                let layer = sample.layer(3, 4, layers: 2, bidirectional: true, dtype: dtype)
                let x = Tensor.zeros([5, 0, 3], dtype: dtype)
                #expect(layer(x).shape == [5, 0, layer.outputSize])
                for state in [nil, layer.initialState(batch: 0)] {
                    let (outputs, end) = layer(x, state: state, lengths: lengths)
                    #expect(outputs.shape == [5, 0, layer.outputSize])
                    #expect(end.tensors.map(\.shape) == layer.initialState(batch: 0).tensors.map(\.shape))
                    let (_, gradients) = valueAndGradients(of: layer) {
                        let (y, end) = layer(x, state: state, lengths: lengths)
                        return end.tensors.reduce(sum(y)) { $0 + sum($1) }
                    }
                    for parameter in layer.parameters {
                        #expect(gradients[parameter] == Tensor.zeros(parameter.shape, dtype: dtype))
                    }
                    #expect(gradient(at: x) { sum(layer($0, state: state, lengths: lengths).outputs) }.shape == x.shape)
                }
            }
        }
        if sample == .projected { return }
        let cell = sample.cell(3, 4)
        #expect(cell(Tensor.zeros([0, 3], dtype: .float64)).hidden.shape == [0, 4])
    }

    // MARK: State

    @Test func statesAreSelectedByRow() {
        let layer = RecurrentSample.lstm.layer(3, 4, layers: 2)
        let state = RecurrentSample.lstm.state(layer, batch: 3)
        let chosen = state.selecting([2, 0, 2, 1])
        for (a, b) in zip(chosen.tensors, state.tensors) {
            #expect(a.shape == [2, 4, 4])
            for (place, row) in [2, 0, 2, 1].enumerated() { #expect(a[0..., place] == b[0..., row]) }
        }
        let cell = RecurrentSample.gru.cell(3, 4)
        let single = cell(random([3, 3])).selecting([1])
        #expect(single.hidden.shape == [1, 4] && single.cell == nil)
    }

    // MARK: Anomalies

    @Test(arguments: RecurrentSample.allCases) func anomaliesNameTheLayer(_ sample: RecurrentSample) throws {
        struct Model: Layer {
            let body: any RecurrentLayer
            let head: Linear
            func callAsFunction(_ x: Tensor) -> Tensor { head(body(x)) }
        }
        let layer = sample.layer(3, 4)
        let model = Model(body: layer, head: Linear(weight: Tensor.ones([2, layer.outputSize], dtype: .float64)))
        var x = random([5, 2, 3])
        let clean = try detectingAnomalies(in: model) { valueAndGradients(of: model) { sum(model(x)) }.value }
        #expect(clean.item.isFinite)
        // A sigmoid or tanh makes 1 of an infinity; NaN stays.
        x[2, 1, 0] = Tensor(scalar: Double.nan)
        let error = #expect(throws: AnomalyError.self) {
            try detectingAnomalies(in: model) { valueAndGradients(of: model) { sum(model(x)) } }
        }
        #expect(error?.layer == "body" && error?.pass == .forward && error?.cameFromInput == true, "\(error!)")
    }
}
