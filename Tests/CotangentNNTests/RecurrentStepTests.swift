import Cotangent
import TestSupport
import Testing

/// Whole sequences against the same steps one at a time, and against the lecture's equations.
@Suite struct RecurrentStepTests {
    static let dtypes: [(DType, tolerance: Double)] = [(.float64, 1e-12), (.float32, 1e-5)]

    private func random(_ shape: Shape, _ dtype: DType, _ seed: UInt64) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.normal(shape, dtype: dtype, using: &generator)
    }

    /// Outputs and final states, each multiplied with numbers of its own.
    private func loss(_ values: [Tensor]) -> Tensor {
        values.enumerated().map { sum($1 * random($1.shape, $1.dtype, 50 + UInt64($0))) }
            .reduce(Tensor(scalar: 0.0).cast(to: values[0].dtype), +)
    }

    /// A cell with the layer's weights, called in a loop: outputs, final state, and gradients of input, initial state
    /// and each parameter.
    @Test(arguments: RecurrentSample.cells, [true, false]) func cellByHand(_ sample: RecurrentSample, _ bias: Bool)
        throws
    {
        for (dtype, tolerance) in Self.dtypes {
            let layer = sample.layer(3, 5, bias: bias, dtype: dtype)
            let cell = sample.cell(3, 5, bias: bias, dtype: dtype)
            let weights = layer.snapshot()
            try cell.restore(Snapshot(weights.names.map { (String($0.dropLast(3)), weights[$0]!) }))
            let x = random([6, 4, 3], dtype, 5)
            let start = sample.state(layer, batch: 4)
            let inputs = [x] + start.tensors
            func whole(_ inputs: [Tensor]) -> [Tensor] {
                let (outputs, end) = layer(inputs[0], state: RecurrentState(inputs[1...]))
                return [outputs] + end.tensors
            }
            func byHand(_ inputs: [Tensor]) -> [Tensor] {
                var state = RecurrentState(inputs[1...].map { $0[0] })
                var outputs: [Tensor] = []
                for step in 0..<6 {
                    state = cell(inputs[0][step], state: state)
                    outputs.append(state.hidden)
                }
                return [stack(outputs)] + state.tensors.map { $0.expandingAxis(0) }
            }
            for (a, b) in zip(whole(inputs), byHand(inputs)) { #expect(relativeDistance(a, b) <= tolerance) }
            let a = valueAndGradient(at: inputs) { loss(whole($0)) }.gradients
            let b = valueAndGradient(at: inputs) { loss(byHand($0)) }.gradients
            for (name, (a, b)) in zip(["x", "h", "c"], zip(a, b)) {
                #expect(relativeDistance(a, b) <= tolerance, "\(name), \(dtype)")
            }
            let ofLayer = valueAndGradients(of: layer) { loss(whole(inputs)) }.gradients
            let ofCell = valueAndGradients(of: cell) { loss(byHand(inputs)) }.gradients
            for ((name, p), q) in zip(layer.namedParameters, cell.parameters) {
                let distance = relativeDistance(try #require(ofLayer[p]), try #require(ofCell[q]))
                #expect(distance <= tolerance, "\(name), \(dtype)")
            }
        }
    }

    /// `step`, with the state handed on, from no state at all.
    @Test(arguments: RecurrentSample.allCases) func streaming(_ sample: RecurrentSample) throws {
        for (dtype, tolerance) in Self.dtypes {
            let layer = sample.layer(3, 5, layers: 2, dtype: dtype)
            let x = random([6, 2, 3], dtype, 5)
            func stepping(_ x: Tensor) -> [Tensor] {
                var state: RecurrentState?
                var outputs: [Tensor] = []
                for step in 0..<6 {
                    let (output, next) = layer.step(x[step], state: state)
                    #expect(output.shape == [2, layer.outputSize])
                    outputs.append(output)
                    state = next
                }
                return [stack(outputs)] + state!.tensors
            }
            func whole(_ x: Tensor) -> [Tensor] {
                let (outputs, end) = layer(x, state: nil)
                return [outputs] + end.tensors
            }
            for (a, b) in zip(stepping(x), whole(x)) { #expect(relativeDistance(a, b) <= tolerance) }
            #expect(relativeDistance(stepping(x)[0], layer(x)) <= tolerance)
            let a = gradient(at: x) { loss(stepping($0)) }
            #expect(relativeDistance(a, gradient(at: x) { loss(whole($0)) }) <= tolerance)
            let b = valueAndGradients(of: layer) { loss(stepping(x)) }.gradients
            let c = valueAndGradients(of: layer) { loss(whole(x)) }.gradients
            for (name, parameter) in layer.namedParameters {
                #expect(relativeDistance(b[parameter]!, c[parameter]!) <= tolerance, "\(name), \(dtype)")
            }
        }
    }

    /// h⁽ᵗ⁾ = σ(W [h⁽ᵗ⁻¹⁾; x⁽ᵗ⁻¹⁾] + b), y⁽ᵗ⁾ = σ(W̃ h⁽ᵗ⁾ + b̃), t = 1…N, with one matrix W and the stream x⁽⁰⁾…x⁽ᴺ⁻¹⁾.
    @Test func lectureNumbering() throws {
        let (inputs, hidden, responses, count) = (3, 4, 2, 7)
        let W = random([hidden, hidden + inputs], .float64, 1)
        let b = random([hidden], .float64, 2)
        let (outer, outerBias) = (random([responses, hidden], .float64, 3), random([responses], .float64, 4))
        let x = (0..<count).map { random([inputs], .float64, 10 + UInt64($0)) }
        let h0 = random([hidden], .float64, 5)
        let cotangent = random([count, responses], .float64, 6)
        /// y⁽¹⁾…y⁽ᴺ⁾
        func lecture(_ W: Tensor, _ b: Tensor, _ h0: Tensor) -> Tensor {
            var h = [h0]
            var y: [Tensor] = []
            for t in 1...count {
                h.append(sigmoid(matmul(W, concatenate([h[t - 1], x[t - 1]])) + b))
                y.append(sigmoid(matmul(outer, h[t]) + outerBias))
            }
            return stack(y)
        }
        var generator = PhiloxGenerator(seed: 1)
        let rnn = RNN(inputs, hidden, activation: .sigmoid, dtype: .float64, using: &generator)
        let head = Linear(weight: outer, bias: outerBias)
        let parts: [(String, Tensor)] = [
            ("weight_ih_l0", W[0..., hidden...]), ("weight_hh_l0", W[0..., ..<hidden]), ("bias_ih_l0", b),
            ("bias_hh_l0", Tensor.zeros([hidden], dtype: .float64)),
        ]
        try rnn.restore(Snapshot(parts.map { ($0, $1) }))
        func layers(_ h0: Tensor) -> Tensor {
            let stream = stack(x).reshaped([count, 1, inputs])
            let (h, end) = rnn(stream, state: RecurrentState(hidden: h0.reshaped([1, 1, hidden])))
            #expect(end.hidden.flattened == h[count - 1].flattened)
            return sigmoid(head(h)).reshaped([count, responses])
        }
        #expect(relativeDistance(layers(h0), lecture(W, b, h0)) < 1e-14)
        let wanted = valueAndGradient(at: [W, b, h0]) { sum(lecture($0[0], $0[1], $0[2]) * cotangent) }.gradients
        let found = valueAndGradients(of: rnn) { sum(layers(h0) * cotangent) }.gradients
        let own = Dictionary(uniqueKeysWithValues: rnn.namedParameters.map { ($0.name, found[$0.parameter]!) })
        let together = concatenate([own["weight_hh_l0"]!, own["weight_ih_l0"]!], axis: 1)
        #expect(relativeDistance(together, wanted[0]) < 1e-12)
        #expect(relativeDistance(own["bias_ih_l0"]!, wanted[1]) < 1e-12)
        #expect(relativeDistance(own["bias_hh_l0"]!, wanted[1]) < 1e-12)
        #expect(relativeDistance(gradient(at: h0) { sum(layers($0) * cotangent) }, wanted[2]) < 1e-12)
    }

    // MARK: Truncated backpropagation through time

    static let windows = [0..<5, 5..<9, 9..<10, 10..<12]

    /// Windows with the state handed on are the whole sequence: values, and gradients unless the state is detached.
    @Test(arguments: RecurrentSample.allCases) func windowsEqualTheWhole(_ sample: RecurrentSample) throws {
        let layer = sample.layer(3, 5, layers: 2)
        let x = random([12, 2, 3], .float64, 7)
        func inWindows(_ x: Tensor, detached: Bool) -> [Tensor] {
            var state = layer.initialState(batch: 2)
            var outputs: [Tensor] = []
            for window in Self.windows {
                let (y, end) = layer(x[window], state: state)
                outputs.append(y)
                state = detached ? end.detached : end
            }
            return [concatenate(outputs)] + state.tensors
        }
        func whole(_ x: Tensor) -> [Tensor] {
            let (outputs, end) = layer(x, state: nil)
            return [outputs] + end.tensors
        }
        for (a, b) in zip(inWindows(x, detached: true), whole(x)) { #expect(relativeDistance(a, b) < 1e-13) }
        let full = gradient(at: x) { loss(whole($0)) }
        #expect(relativeDistance(gradient(at: x) { loss(inWindows($0, detached: false)) }, full) < 1e-12)
        #expect(relativeDistance(gradient(at: x) { loss(inWindows($0, detached: true)) }, full) > 1e-3)
        let a = valueAndGradients(of: layer) { loss(inWindows(x, detached: false)) }.gradients
        let b = valueAndGradients(of: layer) { loss(whole(x)) }.gradients
        for parameter in layer.parameters { #expect(relativeDistance(a[parameter]!, b[parameter]!) < 1e-12) }
    }

    /// A window's loss reaches no step before it, and its gradients are those of the window with a given state.
    @Test(arguments: RecurrentSample.allCases) func gradientEndsAtTheDetachedState(_ sample: RecurrentSample) throws {
        let layer = sample.layer(3, 5, layers: 2)
        let x = random([12, 2, 3], .float64, 8)
        func last(_ x: Tensor, detached: Bool) -> Tensor {
            let (_, state) = layer(x[..<8], state: nil)
            let (y, end) = layer(x[8...], state: detached ? state.detached : state)
            return loss([y] + end.tensors)
        }
        let dx = gradient(at: x) { last($0, detached: true) }
        #expect(dx[..<8].doubles.allSatisfy { $0 == 0 } && dx[8...].doubles.contains { $0 != 0 })
        let through = gradient(at: x) { last($0, detached: false) }
        #expect((0..<8).allSatisfy { through[$0].doubles.contains { $0 != 0 } })
        #expect(relativeDistance(through[8...], dx[8...]) < 1e-13)
        let state = layer(x[..<8], state: nil).state
        let alone = valueAndGradients(of: layer) {
            let (y, end) = layer(x[8...], state: state)
            return loss([y] + end.tensors)
        }.gradients
        let cut = valueAndGradients(of: layer) { last(x, detached: true) }.gradients
        for parameter in layer.parameters { #expect(relativeDistance(cut[parameter]!, alone[parameter]!) < 1e-12) }
    }
}
