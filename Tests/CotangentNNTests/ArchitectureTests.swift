import Cotangent
import TestSupport
import Testing

/// The five architectures against PyTorch's layers put together in the same way: names, values and every gradient.
@Suite struct ArchitectureTests {
    @Test(arguments: ArchitectureFixtures.all.models, [DType.float32, .float64]) func againstPyTorch(
        _ test: ArchitectureCase, _ dtype: DType
    ) throws {
        // Restoring checks that the names are the same.
        let model = try test.model(dtype)
        // Rounding passes steps and layers on the way back: gradients are held to the bound of all recurrent ones.
        let (tolerance, gradientTolerance) = dtype == .float32 ? (2e-6, 1e-5) : (1e-13, 1e-13)
        let inputs = test.inputs.map { $0.tensor(dtype) }
        let cotangent = test.cotangent.tensor(dtype)
        let output = model.run(inputs, test.lengths)
        #expect(output.dtype == dtype)
        #expect(relativeDistance(output, test.output.tensor(dtype)) < tolerance)
        let (_, gradients) = Self.gradients(model.module) { sum(model.run(inputs, test.lengths) * cotangent) }
        for (name, parameter) in model.module.namedParameters {
            let gradient = try #require(gradients[parameter])
            let expected = try #require(test.gradients[name]).tensor(dtype)
            #expect(relativeDistance(gradient, expected) < gradientTolerance, "\(name)")
        }
    }

    private static func gradients(_ module: some Module, _ body: () -> Tensor) -> (Tensor, Gradients) {
        valueAndGradients(of: module, body)
    }

    @Test(arguments: ArchitectureFixtures.all.models) func snapshots(_ test: ArchitectureCase) throws {
        let model = try test.model(.float64)
        let snapshot = model.module.snapshot()
        let inputs = test.inputs.map { $0.tensor(.float64) }
        let before = model.run(inputs, test.lengths)
        for parameter in model.module.parameters { parameter.value = parameter.value * 0.5 + 0.1 }
        #expect(model.run(inputs, test.lengths) != before)
        try model.module.restore(snapshot)
        #expect(model.run(inputs, test.lengths) == before)
    }

    /// A padded batch gives each sequence what it has alone, whatever stands in the padding.
    @Test(arguments: [SequencePooling.last, .mean, .max], [false, true]) func paddingDoesNotMatter(
        _ pooling: SequencePooling, _ bidirectional: Bool
    ) {
        var generator = PhiloxGenerator(seed: 2)
        let recurrence = GRU(3, 5, layers: 2, bidirectional: bidirectional, dtype: .float64, using: &generator)
        let model = ManyToOne(recurrence, outputSize: 4, pooling: pooling, using: &generator)
        let tagger = ManyToMany(recurrence, outputSize: 4, using: &generator)
        let x = Tensor.normal([6, 3, 3], dtype: .float64, using: &generator)
        let lengths = [4, 6, 1]
        let y = model(x, lengths: lengths)
        let tags = tagger(x, lengths: lengths).outputs
        let dx = gradient(at: x) { sum(square(model($0, lengths: lengths))) }
        for (row, length) in lengths.enumerated() {
            let alone = x[0..<length, row..<row + 1]
            #expect(largestDifference(y[row..<row + 1], model(alone)) < 1e-14)
            #expect(largestDifference(tags[0..<length, row..<row + 1], tagger(alone)) < 1e-14)
            #expect(dx[length..., row].doubles.allSatisfy { $0 == 0 })
            #expect(dx[0..<length, row].doubles.contains { $0 != 0 })
        }
    }

    /// A stream, step by step, gives the whole sequence's outputs.
    @Test func streaming() {
        var generator = PhiloxGenerator(seed: 3)
        let model = ManyToMany(
            LSTM(3, 5, layers: 2, dtype: .float64, using: &generator), outputSize: 2, activation: .tanh,
            using: &generator)
        let x = Tensor.normal([7, 2, 3], dtype: .float64, using: &generator)
        let whole: Tensor = model(x)
        var state: RecurrentState?
        for step in 0..<7 {
            let (y, next) = model.step(x[step], state: state)
            state = next
            #expect(largestDifference(y, whole[step]) < 1e-14)
        }
        // In two windows with the state carried over.
        let (first, middle) = model(x[0..<3])
        #expect(largestDifference(concatenate([first, model(x[3...], state: middle).outputs]), whole) < 1e-14)
    }

    @Test(arguments: [SequencePooling.last, .mean, .max]) func gradientsOfTheInput(_ pooling: SequencePooling) throws {
        var generator = PhiloxGenerator(seed: 4)
        let recurrence = RNN(3, 4, bidirectional: true, dtype: .float64, using: &generator)
        let model = ManyToOne(recurrence, outputSize: 2, pooling: pooling, using: &generator)
        let x = Tensor.normal([4, 2, 3], dtype: .float64, using: &generator)
        try gradientCheck(at: x) { model($0, lengths: [2, 4]) }
        try gradientCheck(at: x, relative: 1e-5, absolute: 1e-7) { x in
            gradient(at: x) { sum(square(model($0, lengths: [4, 3]))) }
        }
    }

    @Test func emptyBatch() {
        var generator = PhiloxGenerator(seed: 5)
        let lstm = LSTM(3, 5, using: &generator)
        let x = Tensor.zeros([4, 0, 3])
        #expect(ManyToMany(lstm, outputSize: 2, using: &generator)(x).shape == [4, 0, 2])
        #expect(ManyToOne(lstm, outputSize: 2, using: &generator)(x).shape == [0, 2])
        #expect(ManyToOne(lstm, outputSize: 2, pooling: .mean, using: &generator)(x, lengths: []).shape == [0, 2])
        #expect(ManyToOne(lstm, outputSize: 2, pooling: .max, using: &generator)(x, lengths: []).shape == [0, 2])
        #expect(OneToOne(lstm, outputSize: 2, using: &generator)(Tensor.zeros([0, 3])).shape == [0, 2])
    }

    @Test func summaries() throws {
        var generator = PhiloxGenerator(seed: 6)
        let model = ManyToOne(GRU(3, 4, bidirectional: true, using: &generator), outputSize: 2, using: &generator)
        let summary = model.summary(inputShape: [7, 5, 3])
        #expect(summary.outputShape == [5, 2])
        #expect(summary.rows.map(\.name) == ["recurrence", "output"])
        #expect(summary.rows.map(\.outputShape) == [[7, 5, 8], [5, 2]])
        #expect(summary.parameterCount == 2 * 12 * (3 + 4 + 2) + 2 * 9)
        let language = LanguageModel(
            vocabularySize: 11, RNN(4, 4, using: &generator), tiesWeights: true, using: &generator)
        #expect(try language.validate(inputShape: [7, 5], dtype: .int64) == [7, 5, 11])
        #expect(
            language.namedParameters.map(\.name).filter { !$0.hasPrefix("recurrence") } == [
                "embedding.weight", "output.bias",
            ])
        let error = #expect(throws: ShapeError.self) { try model.validate(inputShape: [7, 5, 4]) }
        #expect(error?.message.contains("GRU: the input is float32 [7, 5, 4], not float32 [time, batch, 3]") == true)
        #expect(throws: ShapeError.self) { try model.validate(inputShape: [7]) }
        #expect(throws: ShapeError.self) { try language.validate(inputShape: [7, 5]) }
        let one = OneToOne(RNN(3, 4, using: &generator), outputSize: 2, using: &generator)
        #expect(try one.validate(inputShape: [5, 3]) == [5, 2])
        #expect(throws: ShapeError.self) { try one.validate(inputShape: [2, 5, 3]) }
        let tagger = ManyToMany(RNN(3, 4, using: &generator), outputSize: 2, using: &generator)
        #expect(try tagger.validate(inputShape: [7, 5, 3]) == [7, 5, 2])
        for pooling in [SequencePooling.mean, .max] {
            let pooled = ManyToOne(RNN(3, 4, using: &generator), outputSize: 2, pooling: pooling, using: &generator)
            #expect(try pooled.validate(inputShape: [7, 5, 3]) == [5, 2])
        }
    }
}
