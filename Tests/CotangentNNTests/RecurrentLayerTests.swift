import Cotangent
import TestSupport
import Testing

@Suite struct RecurrentLayerTests {
    private func random(_ shape: Shape, _ dtype: DType = .float64, _ seed: UInt64 = 5) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.normal(shape, dtype: dtype, using: &generator)
    }

    // MARK: Parameters

    /// Uniform in ±1/√hiddenSize, all of them, as PyTorch's reset_parameters has it.
    @Test(arguments: RecurrentSample.allCases) func defaults(_ sample: RecurrentSample) {
        let layer = sample.layer(40, 100, layers: 2, bidirectional: true, dtype: .float32)
        for (name, parameter) in layer.namedParameters {
            let values = parameter.value.doubles
            #expect(values.allSatisfy { Swift.abs($0) <= 0.1 * (1 + 1e-6) }, "\(name)")
            if values.count > 1000 { #expect(values.max()! > 0.095 && values.min()! < -0.095, "\(name)") }
            // A uniform distribution's deviation is its bound over √3.
            let ratio = standardDeviation(parameter.value).item * 3.0.squareRoot() / 0.1
            #expect(Swift.abs(ratio - 1) < (values.count > 1000 ? 0.03 : 0.2), "\(name)")
        }
        let twin = sample.layer(40, 100, layers: 2, bidirectional: true, dtype: .float32)
        #expect(twin.snapshot() == layer.snapshot())
        let other = sample.layer(40, 100, layers: 2, bidirectional: true, dtype: .float32, seed: 2)
        #expect(zip(layer.parameters, other.parameters).allSatisfy { $0.value != $1.value })
    }

    /// Each gate's U has UᵀU = 1; of a projection, whose U is wider than high, UUᵀ or UᵀU.
    @Test(arguments: RecurrentSample.allCases) func orthogonal(_ sample: RecurrentSample) {
        let (inputs, hidden) = (7, 12)
        let layer = sample.layer(inputs, hidden, layers: 2, bidirectional: true, initializer: .orthogonal)
        for (name, parameter) in layer.namedParameters {
            let value = parameter.value
            if name.hasPrefix("weight_hh") {
                let gates = value.shape[0] / hidden
                for gate in 0..<gates {
                    let u = value[(gate * hidden)..<((gate + 1) * hidden)]
                    let identity = oneHot(
                        Tensor(Array(0..<u.shape[1])), classes: u.shape[1], dtype: .float64)
                    #expect(largestDifference(matmul(u.transposed, u), identity) < 1e-12, "\(name), gate \(gate)")
                    if gate > 0 { #expect(u != value[..<hidden]) }
                }
            } else if name.hasPrefix("weight_ih") {
                let bound = (6.0 / Double(value.shape[0] + value.shape[1])).squareRoot()
                let values = value.doubles.map { Swift.abs($0) }
                #expect(values.max()! <= bound && values.max()! > 0.9 * bound, "\(name)")
            } else if name.hasPrefix("bias") {
                let forgets = sample.hasCell && name.hasPrefix("bias_ih")
                for (index, x) in value.doubles.enumerated() {
                    let isForget = forgets && (hidden..<(2 * hidden)).contains(index)
                    #expect(x == (isForget ? 1 : 0), "\(name)")
                }
            }
        }
    }

    /// A forget gate's bias is that of both biases together; everything else stays as it would be.
    @Test func forgetBias() {
        for sample in RecurrentSample.allCases {
            let plain = sample.layer(3, 4, layers: 2).snapshot()
            let given = sample.layer(3, 4, layers: 2, initializer: RecurrentInitializer(forgetBias: 2)).snapshot()
            for name in plain.names {
                var expected = plain[name]!
                if sample.hasCell, name.hasPrefix("bias") {
                    expected[4..<8] = Tensor.full([4], name.hasPrefix("bias_ih") ? 2 : 0, dtype: .float64)
                }
                #expect(given[name] == expected, "\(sample) \(name)")
            }
        }
    }

    @Test(arguments: RecurrentSample.allCases) func everyParameterHasAGradient(_ sample: RecurrentSample) throws {
        for lengths in [nil, [4, 6, 2]] {
            let layer = sample.layer(3, 5, layers: 3, bidirectional: true)
            let x = random([6, 3, 3])
            let cotangent = random([6, 3, layer.outputSize], .float64, 6)
            let (_, gradients) = valueAndGradients(of: layer) { sum(layer(x, lengths: lengths).outputs * cotangent) }
            #expect(gradients.count == layer.parameters.count)
            for (name, parameter) in layer.namedParameters {
                let gradient = try #require(gradients[parameter])
                #expect(gradient.shape == parameter.shape)
                // A ReLU's unit may be 0 throughout.
                let count = gradient.doubles.count { $0 != 0 }
                #expect(sample == .relu ? count > 0 : count == gradient.count, "\(name)")
            }
        }
    }

    @Test(arguments: RecurrentSample.allCases) func frozenParametersStay(_ sample: RecurrentSample) throws {
        let layer = sample.layer(3, 5, layers: 2, bidirectional: true)
        let x = random([6, 3, 3])
        func gradients() -> Gradients { valueAndGradients(of: layer) { sum(square(layer(x))) }.gradients }
        let all = gradients()
        for (name, parameter) in layer.namedParameters {
            layer.freeze { $0 == name }
            let some = gradients()
            #expect(some.count == all.count - 1 && some[parameter] == nil)
            for (other, q) in layer.namedParameters where other != name {
                #expect(relativeDistance(some[q]!, all[q]!) < 1e-14, "\(other) with \(name) frozen")
            }
            layer.unfreeze()
            layer.freeze { $0 != name }
            let one = gradients()
            #expect(one.count == 1)
            #expect(relativeDistance(one[parameter]!, all[parameter]!) < 1e-14, "\(name) alone")
            layer.unfreeze()
        }
    }

    @Test(arguments: RecurrentSample.allCases) func snapshots(_ sample: RecurrentSample) throws {
        let layer = sample.layer(3, 5, layers: 2, bidirectional: true, dtype: .float32)
        let other = sample.layer(3, 5, layers: 2, bidirectional: true, dtype: .float32, seed: 9)
        let x = random([6, 3, 3], .float32)
        let y = layer(x)
        let saved = layer.snapshot()
        #expect(other(x) != y)
        try other.restore(saved)
        #expect(other(x) == y && other.snapshot() == saved)
        let optimizer = SGD(layer, learningRate: 0.1)
        optimizer.update(with: valueAndGradients(of: layer) { sum(square(layer(x))) }.gradients)
        #expect(layer(x) != y && other(x) == y)
        try layer.restore(saved)
        #expect(layer(x) == y)
        let wide = sample.layer(4, 5, layers: 2, bidirectional: true, dtype: .float32)
        let error = #expect(throws: SnapshotError.self) { try wide.restore(saved) }
        #expect(error?.mismatched.map { String($0.prefix(12)) } == ["weight_ih_l0", "weight_ih_l0"])
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
