import Cotangent
import TestSupport
import Testing

/// Parameters of recurrent networks: how they begin, their gradients, freezing, snapshots.
@Suite struct RecurrentParameterTests {
    private func random(_ shape: Shape, _ dtype: DType = .float64, _ seed: UInt64 = 5) -> Tensor {
        var generator = PhiloxGenerator(seed: seed)
        return Tensor.normal(shape, dtype: dtype, using: &generator)
    }

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
}
