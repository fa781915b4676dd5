import Cotangent
import TestSupport
import Testing

/// The recurrence of one layer as an operation: its pullback against differences, and the pullback's own.
@Suite struct RecurrenceGradientTests {
    struct Form: Sendable, CustomStringConvertible {
        var kind: RecurrentKind
        var projection: Int?
        var directions = 1
        var isEven = false
        var bias = true
        var state = true

        var description: String {
            "\(kind)\(projection == nil ? "" : " projected"), directions \(directions)\(isEven ? "" : ", uneven")"
                + "\(bias ? "" : ", no bias")\(state ? "" : ", no state")"
        }

        var plan: SequencePlan {
            isEven ? SequencePlan(steps: 3, batch: 2) : SequencePlan(descendingLengths: [4, 2, 2, 1])
        }

        /// x, h and c, then for each direction W, U, b, c, R as far as there are such.
        func inputs() -> [Tensor] {
            var generator = PhiloxGenerator(seed: 11)
            let (input, hidden, output) = (2, 3, projection ?? 3)
            var shapes: [Shape] = [[plan.rowCount, input]]
            if state { shapes.append([directions, plan.batch, output]) }
            if state, kind == .lstm { shapes.append([directions, plan.batch, hidden]) }
            for _ in 0..<directions {
                shapes += [[kind.gates * hidden, input], [kind.gates * hidden, output]]
                if bias { shapes += [[kind.gates * hidden], [kind.gates * hidden]] }
                if projection != nil { shapes.append([output, hidden]) }
            }
            return shapes.map { Tensor.normal($0, dtype: .float64, using: &generator) * 0.8 }
        }

        /// Outputs and, of an LSTM, last cells as one vector.
        func apply(_ inputs: [Tensor]) -> Tensor {
            var rest = inputs[1...]
            func next() -> Tensor { rest.removeFirst() }
            let hidden = state ? next() : nil
            let cell = state && kind == .lstm ? next() : nil
            let weights = (0..<directions).map { _ in
                let (W, U) = (next(), next())
                return RecurrentWeights(
                    input: W, recurrent: U, inputBias: bias ? next() : nil, recurrentBias: bias ? next() : nil,
                    projection: projection == nil ? nil : next())
            }
            let (outputs, last) = recurrence(
                kind, inputs[0], plan, hidden: hidden, cell: cell, weights, wantsCell: kind == .lstm)
            return last.map { concatenate([outputs.flattened, $0.flattened]) } ?? outputs.flattened
        }
    }

    static let kinds: [(RecurrentKind, Int?)] = [
        (.rnn(.tanh), nil), (.rnn(.relu), nil), (.rnn(.sigmoid), nil), (.lstm, nil), (.lstm, 2),
        (.gru(.afterProduct), nil),
        (.gru(.beforeProduct), nil),
    ]

    static let forms = kinds.flatMap { kind, projection in
        [
            Form(kind: kind, projection: projection), Form(kind: kind, projection: projection, directions: 2),
            Form(kind: kind, projection: projection, directions: 2, isEven: true, bias: false),
            Form(kind: kind, projection: projection, isEven: true, state: false),
            Form(kind: kind, projection: projection, directions: 2, bias: false, state: false),
        ]
    }

    @Test(arguments: forms) func firstOrder(_ form: Form) throws {
        try gradientCheck(at: form.inputs(), of: form.apply)
    }

    /// The gradient for a random cotangent u as a function of the inputs and u.
    @Test(arguments: forms.filter { $0.state }) func secondOrder(_ form: Form) throws {
        let inputs = form.inputs()
        var generator = PhiloxGenerator(seed: 12)
        let cotangent = Tensor.normal(form.apply(inputs).shape, dtype: .float64, using: &generator)
        try gradientCheck(at: inputs + [cotangent], absolute: 1e-7, seed: 1) { values in
            let gradients = vjp(at: Array(values.dropLast()), of: form.apply).pullback(values.last!)
            return concatenate(gradients.map(\.flattened))
        }
    }

    /// What is composed of operations gives what one operation gives.
    @Test(arguments: forms) func composedEqualsFused(_ form: Form) throws {
        for (dtype, tolerance) in [(DType.float64, 1e-13), (.float32, 2e-6)] {
            let inputs = form.inputs().map { $0.cast(to: dtype) }
            var generator = PhiloxGenerator(seed: 13)
            let u = Tensor.normal(form.apply(inputs).shape, dtype: dtype, using: &generator)
            func run() -> [Tensor] {
                let (y, pullback) = vjp(at: inputs, of: form.apply)
                return ([y] + pullback(u)).map(\.detached)
            }
            expectComposedEqualsFused(tolerance, "\(dtype)", run)
        }
    }

    /// The same at sizes whose products are cut into blocks, about vector widths and not.
    @Test(arguments: RecurrentSample.allCases, [(70, 130, 33, 5), (33, 300, 3, 4), (20, 192, 48, 9), (9, 17, 131, 6)])
    func composedEqualsFusedAtLargeSizes(
        _ sample: RecurrentSample, _ sizes: (input: Int, hidden: Int, batch: Int, time: Int)
    ) {
        for (dtype, tolerance) in [(DType.float64, 1e-12), (.float32, 1e-5)] {
            let layer = sample.layer(sizes.input, sizes.hidden, bidirectional: true, dtype: dtype)
            var generator = PhiloxGenerator(seed: 15)
            let x = Tensor.normal([sizes.time, sizes.batch, sizes.input], dtype: dtype, using: &generator)
            let u = Tensor.normal([sizes.time, sizes.batch, layer.outputSize], dtype: dtype, using: &generator)
            let inputs = [x] + sample.state(layer, batch: sizes.batch).tensors
            let lengths = (0..<sizes.batch).map { 1 + $0 * 5 % sizes.time }
            func run() -> [Tensor] {
                let (y, pullback) = vjp(of: layer, at: inputs) {
                    layer($0[0], state: RecurrentState($0[1...]), lengths: lengths).outputs
                }
                let (gradients, ofInputs) = pullback(u)
                return ([y] + ofInputs + layer.parameters.map { gradients[$0]! }).map(\.detached)
            }
            expectComposedEqualsFused(tolerance, "\(dtype)", run)
        }
    }

    /// Those of some inputs alone, one at a time, are the same: nothing that is not asked for is needed.
    @Test(arguments: forms) func gradientsOneAtATime(_ form: Form) {
        let inputs = form.inputs()
        var generator = PhiloxGenerator(seed: 13)
        let u = Tensor.normal(form.apply(inputs).shape, dtype: .float64, using: &generator)
        let all = vjp(at: inputs, of: form.apply).pullback(u)
        for index in inputs.indices {
            let own = vjp(at: inputs[index]) { x in
                var moved = inputs
                moved[index] = x
                return form.apply(moved)
            }.pullback(u)
            #expect(relativeDistance(own, all[index]) < 1e-14, "input \(index)")
        }
    }

    // MARK: Through a layer

    private func setting(_ sample: RecurrentSample) -> (layer: any RecurrentLayer, x: Tensor, v: Tensor) {
        var generator = PhiloxGenerator(seed: 14)
        let layer = sample.layer(3, 4, layers: 2, bidirectional: true)
        return (
            layer, Tensor.normal([5, 3, 3], dtype: .float64, using: &generator),
            Tensor.normal([5, 3, 3], dtype: .float64, using: &generator)
        )
    }

    /// Against central differences, whose error is of the order of 10⁻¹⁰ here.
    @Test(arguments: RecurrentSample.allCases) func forwardDerivatives(_ sample: RecurrentSample) {
        let (layer, x, v) = setting(sample)
        func f(_ x: Tensor) -> Tensor {
            let (y, end) = layer(x, lengths: [5, 2, 4])
            return concatenate([y.flattened] + end.tensors.map(\.flattened))
        }
        let (value, derivative) = jvp(at: x, along: v, of: f)
        #expect(relativeDistance(value, f(x)) < 1e-14)
        let step = 1e-5
        #expect(relativeDistance(derivative, (f(x + v * step) - f(x - v * step)) / (2 * step)) < 1e-8)
        // A pullback that was recorded once, as a function of its cotangent.
        let (_, pullback) = vjp(at: x, of: f)
        let transposed = gradient(at: Tensor.zeros(like: value)) { u in sum(pullback(u) * v) }
        #expect(relativeDistance(transposed, derivative) < 1e-12)
    }

    @Test(arguments: RecurrentSample.allCases) func hessianProducts(_ sample: RecurrentSample) {
        let (layer, x, v) = setting(sample)
        func f(_ x: Tensor) -> Tensor {
            let (y, end) = layer(x, lengths: [5, 2, 4])
            return end.tensors.reduce(sum(square(y))) { $0 + sum(square($1)) }
        }
        let product = hessianVectorProduct(at: x, along: v, of: f)
        let step = 1e-5
        let difference = (gradient(at: x + v * step, of: f) - gradient(at: x - v * step, of: f)) / (2 * step)
        #expect(relativeDistance(product, difference) < 1e-8)
    }

    /// Values, and gradients of the input and of parameters that the body reads.
    @Test(arguments: RecurrentSample.allCases) func checkpoints(_ sample: RecurrentSample) {
        let (layer, x, v) = setting(sample)
        func loss(_ y: Tensor) -> Tensor { sum(square(tanh(y)) + y) }
        func plain(_ x: Tensor) -> Tensor { loss(layer(x * v, lengths: [5, 2, 4]).outputs) }
        func checkpointed(_ x: Tensor) -> Tensor { loss(checkpoint { layer(x * v, lengths: [5, 2, 4]).outputs }) }
        #expect(relativeDistance(gradient(at: x, of: checkpointed), gradient(at: x, of: plain)) < 1e-13)
        let a = valueAndGradients(of: layer) { checkpointed(x) }
        let b = valueAndGradients(of: layer) { plain(x) }
        #expect(relativeDistance(a.value, b.value) < 1e-14)
        for (name, parameter) in layer.namedParameters {
            #expect(relativeDistance(a.gradients[parameter]!, b.gradients[parameter]!) < 1e-13, "\(name)")
        }
        let hessian = hessianVectorProduct(at: x, along: v, of: checkpointed)
        #expect(relativeDistance(hessian, hessianVectorProduct(at: x, along: v, of: plain)) < 1e-12)
    }
}

/// What `run` gives as one operation and, inside of a recording, composed of operations.
private func expectComposedEqualsFused(_ tolerance: Double, _ comment: String, _ run: () -> [Tensor]) {
    let fused = run()
    var composed: [Tensor] = []
    _ = gradient(at: Tensor(scalar: 0.0)) { outer in
        composed = run()
        return outer
    }
    #expect(composed.count == fused.count)
    for (index, (a, b)) in zip(fused, composed).enumerated() {
        #expect(relativeDistance(a, b) <= tolerance, "\(index), \(comment)")
    }
}
