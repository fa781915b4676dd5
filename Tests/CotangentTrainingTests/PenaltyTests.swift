import Cotangent
import CotangentTraining
import TestSupport
import Testing

@Suite struct PenaltyTests {
    // MARK: Values

    @Test(arguments: [DType.float32, .float64]) func values(_ dtype: DType) {
        let model = TrainingFixture.network(dtype)
        let weights = [0, 2].map { model.parameters[$0].value.doubles }
        let l1 = weights.joined().reduce(0) { $0 + Swift.abs($1) }
        let l2 = weights.joined().reduce(0) { $0 + $1 * $1 }
        let tolerance = dtype == .float32 ? 1e-5 : 1e-12
        #expect(Swift.abs(Penalty.l1(0.5)(model).item / (0.5 * l1) - 1) < tolerance)
        #expect(Swift.abs(Penalty.l2(0.5)(model).item / (0.5 * l2) - 1) < tolerance)
        #expect(Swift.abs(Penalty.elasticNet(l1: 2, l2: 3)(model).item / (2 * l1 + 3 * l2) - 1) < tolerance)
        #expect(Penalty.l1(0.5, proximal: true)(model).item == 0)
    }

    /// λ sign(w) + 2 λ w, and no gradient for biases.
    @Test func gradients() {
        let model = TrainingFixture.network(.float64)
        let penalty = Penalty.elasticNet(l1: 2, l2: 3)
        let gradients = valueAndGradients(of: model) { penalty(model) }.gradients
        #expect(gradients.count == 2)
        for index in [0, 2] {
            let weight = model.parameters[index].value
            #expect(relativeDistance(gradients[model.parameters[index]]!, sign(weight) * 2 + weight * 6) < 1e-14)
        }
    }

    private struct Mixed: Module {
        let embedding: Embedding
        let norm = LayerNorm(4)
        let lstm: LSTM
        let head: Linear
        init() {
            var generator = PhiloxGenerator(seed: 1)
            embedding = Embedding(5, 4, using: &generator)
            lstm = LSTM(4, 3, using: &generator)
            head = Linear(3, 2, using: &generator)
        }
    }

    /// Weights alone: no biases, no scales of normalisations; or what a closure says.
    @Test func chooses() {
        let model = Mixed()
        func names(_ penalty: Penalty) -> [String] {
            let ids = Set(
                valueAndGradients(of: model) { penalty(model) }.gradients.entries.map { ObjectIdentifier($0.parameter) }
            )
            return model.namedParameters.filter { ids.contains(ObjectIdentifier($0.parameter)) }.map(\.name)
        }
        #expect(names(.l2(1)) == ["embedding.weight", "lstm.weight_ih_l0", "lstm.weight_hh_l0", "head.weight"])
        #expect(names(.l1(1) { $0.hasPrefix("head.") }) == ["head.weight", "head.bias"])
    }

    // MARK: The proximal step

    @Test(arguments: [DType.float32, .float64]) func softThreshold(_ dtype: DType) {
        let layer = Linear(weight: Tensor([-3.0, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 3], shape: [2, 4]).cast(to: dtype))
        Penalty.l1(2, proximal: true).shrink(layer, learningRate: 0.25)
        #expect(layer.weight.value.doubles == [-2.5, 0, 0, 0, 0, 0, 0.25, 2.5])
        layer.freeze()
        Penalty.l1(2, proximal: true).shrink(layer, learningRate: 0.25)
        #expect(layer.weight.value.doubles == [-2.5, 0, 0, 0, 0, 0, 0.25, 2.5])
    }

    /// Proximal gradient descent ends in scikit-learn's solution, its zeros included: 1/(2n) ‖y − Xw − b‖² + α ρ ‖w‖₁
    /// + α (1 − ρ)/2 ‖w‖².
    @Test(arguments: ["lasso", "elasticNet"]) func reachesTheSolution(_ name: String) throws {
        let fixture = TrainingFixture.all.linear
        let expected = name == "lasso" ? fixture.lasso : fixture.elasticNet
        let model = Linear(weight: Tensor.zeros([1, 10], dtype: .float64), bias: Tensor.zeros([1], dtype: .float64))
        let data = TensorDataset(Tensor(fixture.x, shape: [60, 10]), Tensor(fixture.y, shape: [60, 1]))
        let trainer = Trainer(model, SGD(model, learningRate: 0.5), loss: { meanSquaredError($0, $1) * 0.5 })
        trainer.penalty =
            name == "lasso"
            ? .l1(0.05, proximal: true) : .elasticNet(l1: 0.08 * 0.6, l2: 0.08 * 0.4 / 2, proximal: true)
        try trainer.fit(DataLoader(data, batchSize: 60, shuffle: false, prefetch: 0), epochs: 1000)
        let weight = model.weight.value.doubles
        #expect(relativeDistance(weight, expected.weight) < 1e-12, "\(weight)")
        #expect(Swift.abs(model.bias!.value.item - expected.bias) < 1e-12)
        #expect(weight.map { $0 == 0 } == expected.weight.map { $0 == 0 })
        #expect(weight.count { $0 == 0 } == 5)
    }

    /// The schedule's learning rate is the step's, and of each group its own.
    @Test func stepsByEachGroupsRate() throws {
        let model = TrainingFixture.network(.float64)
        let weights = [model.parameters[0], model.parameters[2]]
        let before = weights.map { $0.value }
        let optimizer = SGD(groups: [
            ParameterGroup([weights[0]], learningRate: 0.1), ParameterGroup([weights[1]], learningRate: 0.2),
        ])
        let trainer = Trainer(
            model, optimizer, loss: { (model: Sequential, batch: Samples) in sum(model(batch.x)) * 0 })
        trainer.penalty = .l1(0.1, proximal: true)
        trainer.schedule = .constant(0.5)
        try trainer.fit(TrainingFixture.loader(0..<1, .float64), epochs: 1)
        for (index, threshold) in [0.5 * 0.1 * 0.1, 0.5 * 0.2 * 0.1].enumerated() {
            let expected = sign(before[index]) * relu(abs(before[index]) - threshold)
            #expect(largestDifference(weights[index].value, expected) < 1e-15)
            #expect(weights[index].value.doubles.contains(0) && weights[index].value.doubles.contains { $0 != 0 })
        }
    }

    private static let traps = [
        Trap("Penalty: l1 -1.0, l2 0.0: they must not be negative") { _ = Penalty.l1(-1) },
        Trap("Penalty: no parameter is chosen; the model has [\"0.weight\", \"0.bias\", \"2.weight\", \"2.bias\"]") {
            _ = Penalty.l1(1) { $0.hasPrefix("head") }(TrainingFixture.network())
        },
        Trap("ExponentialMovingAverage: the decay 1.5 is not within 0...1") {
            _ = ExponentialMovingAverage(of: TrainingFixture.network(), decay: 1.5)
        },
    ]

    @Test(arguments: traps.indices) func refuses(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            PenaltyTests.traps[index].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Cotangent: " + Self.traps[index].message), "\(message)")
    }
}
