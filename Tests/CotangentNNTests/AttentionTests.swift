import Cotangent
import TestSupport
import Testing

@Suite struct AttentionTests {
    /// Dot products against PyTorch's `scaled_dot_product_attention`, the additive form against NumPy's formula.
    @Test(arguments: ArchitectureFixtures.all.attention, [DType.float32, .float64]) func againstPyTorch(
        _ test: AttentionCase, _ dtype: DType
    ) {
        let tolerance = dtype == .float32 ? 2e-6 : 1e-13
        let names = test.inputs.keys.sorted()
        let inputs = names.map { test.inputs[$0]!.tensor(dtype) }
        let weights = evaluate(test, Dictionary(uniqueKeysWithValues: zip(names, inputs))).weights
        #expect(relativeDistance(weights, test.weights.tensor(dtype)) < tolerance)
        let (value, pullback) = vjp(at: inputs) { x in
            evaluate(test, Dictionary(uniqueKeysWithValues: zip(names, x))).context
        }
        #expect(relativeDistance(value, test.output.tensor(dtype)) < tolerance)
        for (name, gradient) in zip(names, pullback(test.cotangent.tensor(dtype))) {
            #expect(relativeDistance(gradient, test.gradients[name]!.tensor(dtype)) < tolerance, "\(name)")
        }
    }

    @Test(arguments: ArchitectureFixtures.all.attention) func gradients(_ test: AttentionCase) throws {
        let names = test.inputs.keys.sorted()
        let inputs = names.map { test.inputs[$0]!.tensor(.float64) }
        func output(_ x: [Tensor]) -> Tensor { evaluate(test, Dictionary(uniqueKeysWithValues: zip(names, x))).context }
        try gradientCheck(at: inputs) { output($0) }
        try gradientCheck(at: inputs[0], relative: 1e-5, absolute: 1e-7) { x in
            gradient(at: x) { sum(square(output([$0] + inputs[1...]))) }
        }
    }

    private func evaluate(_ test: AttentionCase, _ x: [String: Tensor]) -> (context: Tensor, weights: Tensor) {
        if test.name == "product" {
            let (output, weights) = scaledDotProductAttention(
                x["queries"]!, x["keys"]!, x["values"]!, mask: test.mask?.tensor(.float32),
                scale: test.options["scale"]?.double)
            return (output, weights)
        }
        var generator = PhiloxGenerator(seed: 1)
        let attention = Attention(
            querySize: 4, memorySize: 5, .additive, dtype: x["queries"]!.dtype, using: &generator)
        let values = ["query", "key", "energy"].map { ("\($0).weight", x[$0]!) }
        return functionalCall(attention, Dictionary(uniqueKeysWithValues: values)) {
            attention(x["queries"]!, attention.memory(x["states"]!, lengths: test.options["lengths"]!.ints))
        }
    }

    /// Two states, query (1, 0): scores 2/√2 and 0, so weights 1/(1 + e^−√2) and the rest.
    @Test func byHand() {
        var generator = PhiloxGenerator(seed: 2)
        let attention = Attention(querySize: 2, memorySize: 2, dtype: .float64, using: &generator)
        #expect(attention.parameterCount == 0)
        let states = Tensor([2.0, 5, 0, 7], shape: [2, 1, 2])
        let (context, weights) = attention(Tensor([1.0, 0], shape: [1, 1, 2]), attention.memory(states))
        let first = 0.8044296825069569  // 1 / (1 + e^−√2), by Python
        #expect(largestDifference(weights, Tensor([first, 1 - first], shape: [1, 1, 2])) < 1e-15)
        let expected = [2 * first, 5 * first + 7 * (1 - first)]
        #expect(largestDifference(context, Tensor(expected, shape: [1, 1, 2])) < 1e-14)
    }

    @Test(arguments: [AttentionScore.dotProduct(), .dotProduct(scaled: false), .additive]) func weights(
        _ score: AttentionScore
    ) {
        var generator = PhiloxGenerator(seed: 3)
        let attention = Attention(querySize: 4, memorySize: 6, score, using: &generator)
        let states = Tensor.normal([5, 3, 6], deviation: 3, using: &generator)
        let queries = Tensor.normal([2, 3, 4], deviation: 3, using: &generator)
        let lengths = [5, 1, 3]
        let memory = attention.memory(states, lengths: lengths)
        let (context, weights) = attention(queries, memory)
        #expect(context.shape == [2, 3, 6] && weights.shape == [2, 3, 5])
        #expect(largestDifference(sum(weights, axes: [2]), Tensor.ones([2, 3])) < 1e-6)
        for (row, length) in lengths.enumerated() {
            #expect(weights[0..., row, length...].floats.allSatisfy { $0 == 0 })
            #expect(weights[0..., row, 0..<length].floats.allSatisfy { $0 > 0 })
            let alone = attention(queries[0..., row..<row + 1], attention.memory(states[0..<length, row..<row + 1]))
            #expect(largestDifference(alone.context, context[0..., row..<row + 1]) < 1e-5)
        }
        // Nothing goes back into the padding.
        let dx = gradient(at: states) {
            sum(square(attention(queries, attention.memory($0, lengths: lengths)).context))
        }
        #expect(dx[1..., 1].floats.allSatisfy { $0 == 0 } && dx[0, 1].floats.contains { $0 != 0 })
        #expect(!dx.hasNonFinite)
        let picked = memory.selecting([2, 0, 2])
        let again = attention(gather(queries, Tensor([2, 0, 2]), axis: 1), picked).context
        #expect(largestDifference(again, gather(context, Tensor([2, 0, 2]), axis: 1)) < 1e-6)
    }

    @Test func refusals() async {
        let shapes = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = scaledDotProductAttention(Tensor.zeros([2, 3, 4]), Tensor.zeros([2, 5, 6]), Tensor.zeros([2, 5, 6]))
        }
        #expect(text(shapes).contains("queries are float32 [2, 3, 4], keys float32 [2, 5, 6]"))
        let length = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            let attention = Attention(querySize: 4, memorySize: 4, using: &generator)
            _ = attention.memory(Tensor.zeros([3, 2, 4]), lengths: [3, 0])
        }
        #expect(text(length).contains("Attention: sequence 1 has no steps to look at"))
    }
}
