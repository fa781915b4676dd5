import Cotangent
import TestSupport
import Testing

/// Sequences of several lengths in one batch: each has the result that it has alone, and what pads it counts nowhere.
@Suite struct RecurrentLengthTests {
    struct Run {
        /// Outputs, h and, of an LSTM, c.
        let values: [Tensor]
        /// Of x and, where it begins with one, of the state's tensors.
        let inputs: [Tensor]
        let weights: [Tensor]
    }

    static let lengths = [3, 7, 1, 5, 3]
    private static let (time, batch) = (7, 5)

    private func random(_ shape: Shape, _ dtype: DType, _ seed: UInt64) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.normal(shape, dtype: dtype, using: &generator)
    }

    /// Values, and gradients for the given cotangents.
    private func run(
        _ layer: any RecurrentLayer, _ x: Tensor, _ state: RecurrentState?, _ lengths: [Int]?, _ cotangents: [Tensor]
    ) -> Run {
        let inputs = [x] + (state?.tensors ?? [])
        func values(_ inputs: [Tensor]) -> [Tensor] {
            let (outputs, end) = layer(
                inputs[0], state: inputs.count > 1 ? RecurrentState(inputs[1...]) : nil, lengths: lengths)
            return [outputs] + end.tensors
        }
        func loss(_ inputs: [Tensor]) -> Tensor {
            zip(values(inputs), cotangents).map { sum($0 * $1) }.reduce(Tensor(scalar: 0.0).cast(to: x.dtype), +)
        }
        let gradients = valueAndGradients(of: layer) { loss(inputs) }.gradients
        return Run(
            values: values(inputs), inputs: valueAndGradient(at: inputs, of: loss).gradients,
            weights: layer.parameters.map { gradients[$0]! })
    }

    private func cotangents(_ layer: any RecurrentLayer, _ dtype: DType, time: Int = time) -> [Tensor] {
        let shapes =
            [[time, Self.batch, layer.outputSize]] + layer.initialState(batch: Self.batch).tensors.map(\.shape)
        return shapes.enumerated().map { random($1, dtype, 20 + UInt64($0)) }
    }

    private static let forms = [false, true].flatMap { a in [false, true].map { (bidirectional: a, state: $0) } }

    @Test(arguments: RecurrentSample.allCases) func eachAsAlone(_ sample: RecurrentSample) {
        for (dtype, tolerance) in [(DType.float64, 1e-12), (.float32, 1e-5)] {
            for form in Self.forms {
                let layer = sample.layer(3, 4, layers: 2, bidirectional: form.bidirectional, dtype: dtype)
                let x = random([Self.time, Self.batch, 3], dtype, 4)
                let state = form.state ? sample.state(layer, batch: Self.batch) : nil
                let cotangents = cotangents(layer, dtype)
                let found = run(layer, x, state, Self.lengths, cotangents)
                var weights = found.weights.map(Tensor.zeros(like:))
                func expect(_ a: Tensor, _ b: Tensor, _ what: String) {
                    #expect(relativeDistance(a, b) <= tolerance, "\(what), \(dtype), \(form)")
                }
                for (row, length) in Self.lengths.enumerated() {
                    let own = row...row
                    let alone = run(
                        layer, x[..<length, own], state?.selecting([row]), nil,
                        [cotangents[0][..<length, own]] + cotangents.dropFirst().map { $0[0..., own] })
                    expect(found.values[0][..<length, own], alone.values[0], "outputs of \(row)")
                    expect(found.inputs[0][..<length, own], alone.inputs[0], "x of \(row)")
                    for (a, b) in zip(found.values, alone.values).dropFirst() {
                        expect(a[0..., own], b, "state of \(row)")
                    }
                    for (a, b) in zip(found.inputs, alone.inputs).dropFirst() {
                        expect(a[0..., own], b, "initial state of \(row)")
                    }
                    weights = zip(weights, alone.weights).map { $0 + $1 }
                    if length == Self.time { continue }
                    #expect(found.values[0][length..., own].doubles.allSatisfy { $0 == 0 })
                    #expect(found.inputs[0][length..., own].doubles.allSatisfy { $0 == 0 })
                }
                for ((name, _), (a, b)) in zip(layer.namedParameters, zip(found.weights, weights)) {
                    expect(a, b, name)
                }
            }
        }
    }

    /// NaN where sequences are padded, in the input and in the outputs' cotangent.
    @Test(arguments: RecurrentSample.allCases) func paddingIsNotRead(_ sample: RecurrentSample) {
        for dtype in [DType.float64, .float32] {
            for form in Self.forms {
                let layer = sample.layer(3, 4, layers: 2, bidirectional: form.bidirectional, dtype: dtype)
                let state = form.state ? sample.state(layer, batch: Self.batch) : nil
                let x = random([Self.time, Self.batch, 3], dtype, 4)
                let cotangents = cotangents(layer, dtype)
                var spoiled = x
                for (row, length) in Self.lengths.enumerated() where length < Self.time {
                    spoiled[length..., row] = Tensor.full([Self.time - length, 3], Double.nan, dtype: dtype)
                }
                #expect(spoiled.hasNonFinite)
                let (a, b) = (
                    run(layer, x, state, Self.lengths, cotangents), run(layer, spoiled, state, Self.lengths, cotangents)
                )
                #expect(a.values == b.values && a.inputs == b.inputs && a.weights == b.weights, "\(dtype), \(form)")
                // Nor does the cotangent of an output that is always 0 matter.
                var other = cotangents
                for (row, length) in Self.lengths.enumerated() where length < Self.time {
                    other[0][length..., row] = Tensor.full([Self.time - length, layer.outputSize], 1e6, dtype: dtype)
                }
                let c = run(layer, x, state, Self.lengths, other)
                #expect(a.inputs == c.inputs && a.weights == c.weights, "\(dtype), \(form)")
            }
        }
    }

    /// Steps that no sequence has.
    @Test(arguments: RecurrentSample.allCases) func trailingPadding(_ sample: RecurrentSample) {
        for bidirectional in [false, true] {
            let layer = sample.layer(3, 4, layers: 2, bidirectional: bidirectional)
            let x = random([Self.time + 4, Self.batch, 3], .float64, 4)
            let cotangents = cotangents(layer, .float64, time: Self.time + 4)
            for lengths in [Self.lengths, [Int](repeating: Self.time, count: Self.batch)] {
                let long = run(layer, x, nil, lengths, cotangents)
                let short = run(
                    layer, x[..<Self.time], nil, lengths, [cotangents[0][..<Self.time]] + cotangents.dropFirst())
                #expect(long.values[0].shape == [Self.time + 4, Self.batch, layer.outputSize])
                for (a, b) in [(long.values[0], short.values[0]), (long.inputs[0], short.inputs[0])] {
                    #expect(relativeDistance(a[..<Self.time], b) < 1e-14)
                    #expect(a[Self.time...].doubles.allSatisfy { $0 == 0 })
                }
                for (a, b) in zip(long.values, short.values).dropFirst() { #expect(relativeDistance(a, b) < 1e-14) }
                for (a, b) in zip(long.weights, short.weights) { #expect(relativeDistance(a, b) < 1e-13) }
            }
        }
    }

    @Test(arguments: RecurrentSample.allCases) func fullLengthsAreNone(_ sample: RecurrentSample) {
        let layer = sample.layer(3, 4, layers: 2, bidirectional: true)
        let x = random([Self.time, Self.batch, 3], .float64, 4)
        let (state, cotangents) = (sample.state(layer, batch: Self.batch), cotangents(layer, .float64))
        let a = run(layer, x, state, [Int](repeating: Self.time, count: Self.batch), cotangents)
        let b = run(layer, x, state, nil, cotangents)
        for (a, b) in zip(a.values + a.inputs + a.weights, b.values + b.inputs + b.weights) {
            #expect(relativeDistance(a, b) < 1e-13)
        }
    }

    /// The order of a batch is the caller's.
    @Test(arguments: RecurrentSample.allCases) func ordersOfTheBatch(_ sample: RecurrentSample) {
        let layer = sample.layer(3, 4, layers: 2, bidirectional: true)
        let x = random([Self.time, Self.batch, 3], .float64, 4)
        let (state, cotangents) = (sample.state(layer, batch: Self.batch), cotangents(layer, .float64))
        let a = run(layer, x, state, Self.lengths, cotangents)
        let order = [4, 2, 0, 1, 3]
        func ordered(_ x: Tensor) -> Tensor { gather(x, Tensor(order), axis: 1) }
        let b = run(
            layer, ordered(x), state.selecting(order), order.map { Self.lengths[$0] }, cotangents.map(ordered))
        for (a, b) in zip(a.values + a.inputs, b.values + b.inputs) { #expect(relativeDistance(b, ordered(a)) < 1e-13) }
        for (a, b) in zip(a.weights, b.weights) { #expect(relativeDistance(b, a) < 1e-13) }
    }
}
