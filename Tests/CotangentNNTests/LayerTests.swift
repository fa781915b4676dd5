import Cotangent
import CotangentNaive
import TestSupport
import Testing

@Suite struct LayerTests {
    /// Values and gradients of PyTorch's layers from the same weights, for a random cotangent.
    @Test(arguments: NetworkFixtures.all.layers) func againstPyTorch(_ test: LayerCase) throws {
        for (dtype, tolerance) in [(DType.float32, 2e-6), (.float64, 1e-14)] {
            let model = try #require(layer(test, dtype))
            #expect(model.namedParameters.map(\.name).sorted() == test.parameters.keys.sorted())
            let x = test.input.tensor(dtype)
            let cotangent = test.cotangent.tensor(dtype)
            #expect(relativeDistance(model(x), test.output.tensor(dtype)) < tolerance)
            let (_, gradients) = valueAndGradients(of: model) { sum(model(x) * cotangent) }
            for (name, parameter) in model.namedParameters {
                let gradient = try #require(gradients[parameter])
                #expect(relativeDistance(gradient, test.gradients[name]!.tensor(dtype)) < tolerance, "\(name)")
                #expect(gradient.doubles.contains { $0 != 0 })
            }
            if let expected = test.inputGradient {
                #expect(
                    relativeDistance(vjp(at: x) { model($0) }.pullback(cotangent), expected.tensor(dtype)) < tolerance)
            }
        }
    }

    private func layer(_ test: LayerCase, _ dtype: DType) -> (any Layer)? {
        switch test.name {
        case "linear":
            Linear(weight: test.parameters["weight"]!.tensor(dtype), bias: test.parameters["bias"]?.tensor(dtype))
        case "embedding":
            Embedding(weight: test.parameters["weight"]!.tensor(dtype), paddingIndex: test.options["paddingIndex"]?.int)
        case "mlp": fixtureMLP(test.parameters, dtype)
        default: nil
        }
    }

    /// The same table through the plain loops.
    @Test func linearAgainstNaiveLoops() {
        var generator = PhiloxGenerator(seed: 5)
        for (batch, inputSize, outputSize) in [(1, 1, 1), (3, 4, 7), (17, 33, 9), (64, 128, 65)] {
            let layer = Linear(inputSize, outputSize, using: &generator)
            let x = Tensor.normal([batch, inputSize], using: &generator)
            let plain = Textbook.linear(
                x.floats, weight: layer.weight.value.floats, bias: layer.bias!.value.floats, batch: batch,
                inputSize: inputSize,
                outputSize: outputSize)
            #expect(relativeDistance(layer(x).doubles, plain.map(Double.init)) < 1e-6)
        }
    }

    @Test func networkAgainstNaiveLoops() {
        var generator = PhiloxGenerator(seed: 6)
        let model = Sequential {
            Linear(7, 5, using: &generator)
            ReLU()
            Linear(5, 3, using: &generator)
        }
        let x = Tensor.normal([11, 7], using: &generator)
        let labels = (0..<11).map { $0 % 3 }
        let naive = TextbookNetwork(.mlp([7, 5, 3]), parameters: model.parameters.map(\.value.floats))
        let expected = naive.lossAndGradients(x.floats, labels: labels)
        let (loss, gradients) = valueAndGradients(of: model) { crossEntropy(model(x), Tensor(labels)) }
        #expect(Swift.abs(loss.item - Double(expected)) < 1e-6)
        for (parameter, plain) in zip(model.parameters, naive.gradients) {
            #expect(relativeDistance(gradients[parameter]!.doubles, plain.map(Double.init)) < 1e-5)
        }
    }

    /// PyTorch's defaults: uniform in ±1/√inputSize, from the generator alone.
    @Test func linearDefaults() {
        var generator = PhiloxGenerator(seed: 1)
        var same = PhiloxGenerator(seed: 1)
        let layer = Linear(100, 50, using: &generator)
        let twin = Linear(100, 50, using: &same)
        #expect(layer.weight.shape == [50, 100] && layer.bias?.shape == [50])
        #expect(layer.weight.value == twin.weight.value && layer.bias!.value == twin.bias!.value)
        for parameter in layer.parameters {
            let values = parameter.value.doubles
            #expect(values.allSatisfy { Swift.abs($0) <= 0.1 } && values.contains { Swift.abs($0) > 0.09 })
        }
        #expect(Linear(2, 3, bias: false, using: &generator).parameters.count == 1)
        #expect(
            Linear(2, 3, dtype: .float64, using: &generator)(Tensor.ones([1, 2], dtype: .float64)).dtype == .float64)
    }

    @Test func fusedEqualsUnfused() throws {
        var generator = PhiloxGenerator(seed: 2)
        let (first, second) = (
            Linear(9, 12, dtype: .float64, using: &generator), Linear(12, 5, dtype: .float64, using: &generator)
        )
        let fused = Sequential {
            first
            ReLU()
            second
        }
        let unfused = UnfusedMLP(first: first, second: second)
        let x = Tensor.normal([6, 9], dtype: .float64, using: &generator)
        #expect(fused(x) == unfused(x))
        let labels = Tensor([0, 1, 2, 3, 4, 0])
        let a = valueAndGradients(of: fused) { crossEntropy(fused(x), labels) }
        let b = valueAndGradients(of: unfused) { crossEntropy(unfused(x), labels) }
        #expect(a.value == b.value)
        for parameter in fused.parameters {
            #expect(relativeDistance(a.gradients[parameter]!, b.gradients[parameter]!) < 1e-14)
        }

        // Gradients of gradients, with respect to the input and, by functionalCall, the parameters.
        let names = fused.namedParameters.map(\.name)
        try gradientCheck(at: [x] + fused.parameters.map(\.value), absolute: 1e-7) { values in
            Cotangent.gradient(at: values[0]) { x in
                functionalCall(fused, Dictionary(uniqueKeysWithValues: zip(names, values.dropFirst()))) {
                    sum(tanh(fused(x)))
                }
            }
        }
    }

    @Test func flatten() {
        let x = Tensor.range(to: 48).reshaped(2, 3, 2, 4)
        #expect(Flatten()(x).shape == [2, 24])
        #expect(Flatten()(x).floats == x.floats)
        #expect(Flatten(startAxis: 0)(x).shape == [48])
        #expect(Flatten(startAxis: 1, endAxis: 2)(x).shape == [2, 6, 4])
        #expect(Flatten()(Tensor.zeros([5, 3])).shape == [5, 3])
        #expect(Flatten()(Tensor.zeros([0, 3, 2])).shape == [0, 6])
        #expect(Identity()(x) == x)
    }

    @Test func embeddingDefaults() {
        var generator = PhiloxGenerator(seed: 3)
        let table = Embedding(200, 50, paddingIndex: 4, using: &generator)
        #expect(table.weight.value[4].floats == [Float](repeating: 0, count: 50))
        #expect(Swift.abs(standardDeviation(table.weight.value).item - 1) < 0.03)
        #expect(table(Tensor([1, 4])).shape == [2, 50])
        #expect(table(Tensor(scalar: 1)).shape == [50])
    }

    @Test func embeddingRefusesOtherIndices() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            // Tensor's own gather counts negative indices from the end; a table of words has no word −1.
            _ = Embedding(weight: Tensor.zeros([5, 2]))(Tensor([0, -1]))
        }
        #expect(text(result).contains("Embedding: index -1, the 1th, is not within 0..<5"))
    }

    @Test func activationsAsLayers() {
        let x = Tensor([Float(-2), -0.5, 0, 0.5, 2])
        #expect(ReLU()(x) == relu(x))
        #expect(LeakyReLU(slope: 0.2)(x) == leakyReLU(x, slope: 0.2))
        #expect(ELU(alpha: 2)(x) == elu(x, alpha: 2))
        #expect(SELU()(x) == selu(x))
        #expect(GELU(approximation: .tanh)(x) == gelu(x, approximation: .tanh))
        #expect(SiLU()(x) == silu(x))
        #expect(Sigmoid()(x) == sigmoid(x))
        #expect(Tanh()(x) == tanh(x))
        #expect(Softplus()(x) == softplus(x))
        #expect(Softmax()(x) == softmax(x))
        #expect(LogSoftmax(axis: 0)(x) == logSoftmax(x, axis: 0))
    }
}
