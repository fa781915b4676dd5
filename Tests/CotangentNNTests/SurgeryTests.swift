import Cotangent
import TestSupport
import Testing

/// A model that has learnt one thing is turned to another.
@Suite struct SurgeryTests {
    private struct Classifier: Layer {
        let body: Sequential
        var head: Linear

        init(classes: Int, using generator: inout PhiloxGenerator) {
            body = Sequential {
                Linear(64, 32, using: &generator)
                ReLU()
                Linear(32, 16, using: &generator)
                ReLU()
            }
            head = Linear(16, classes, using: &generator)
        }

        func callAsFunction(_ x: Tensor) -> Tensor { head(body(x)) }
    }

    /// Samples of three classes: 64 features that are alike within a class.
    private func batches(using generator: inout PhiloxGenerator) -> [(Tensor, Tensor)] {
        let centres = Tensor.normal([3, 64], using: &generator)
        return (0..<4).map { _ in
            let labels = Tensor((0..<24).map { $0 % 3 })
            return (gather(centres, labels) + Tensor.normal([24, 64], deviation: 0.3, using: &generator), labels)
        }
    }

    /// The ten lines of ``Module/load(_:allowing:renaming:)``.
    @Test func transferLearning() throws {
        var generator = PhiloxGenerator(seed: 7)
        let pretrained = Classifier(classes: 10, using: &generator).snapshot()
        let batches = batches(using: &generator)

        var model = Classifier(classes: 10, using: &generator)
        try model.load(pretrained)
        model.head = Linear(model.head.weight.shape[1], 3, using: &generator)
        model.freeze(matching: "body.0.*")
        let optimizer = Adam(groups: model.parameterGroups(learningRate: 1e-4, [("head.*", 1e-2)]))
        var losses: [Double] = []
        for (x, y) in (0..<40).flatMap({ _ in batches }) {
            let (loss, gradients) = valueAndGradients(of: model) { crossEntropy(model(x), y) }
            optimizer.update(with: gradients)
            losses.append(loss.item)
        }

        #expect(losses.last! < 0.3 * losses[0], "\(losses)")
        let after = model.snapshot()
        #expect(after["head.weight"]!.shape == [3, 16])
        for name in ["body.0.weight", "body.0.bias"] { #expect(after[name] == pretrained[name]) }
        let moved = largestDifference(after["body.2.weight"]!, pretrained["body.2.weight"]!)
        // 160 steps, each at most learningRate · (1 − β₁)/√(1 − β₂) (Kingma and Ba, 2.1): the head's rate would go beyond.
        #expect(moved > 1e-4 && moved < 160 * 1e-4 * 0.1 / 0.001.squareRoot(), "\(moved)")
    }

    /// A `Sequential`'s last layer goes, and another comes; the rest are the same parameters.
    @Test func headOfASequential() {
        var generator = PhiloxGenerator(seed: 1)
        let old = Sequential {
            Linear(4, 5, using: &generator)
            ReLU()
            Linear(5, 10, using: &generator)
        }
        let new = Sequential(old.layers.dropLast() + [Linear(5, 3, using: &generator)])
        #expect(new.namedParameters.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias"])
        #expect(new.parameters[0] === old.parameters[0] && new.parameters[2] !== old.parameters[2])
        #expect(new(Tensor.ones([2, 4])).shape == [2, 3])
    }

    // MARK: Patterns

    @Test(arguments: [
        ("features.*", "features.0.weight", true), ("features.*", "features", false), ("*", "", true),
        ("*.bias", "a.b.bias", true), ("*.bias", "a.biases", false), ("body.?.weight", "body.1.weight", true),
        ("body.?.weight", "body.10.weight", false), ("*a*b", "xaxxaxb", true), ("*a*b", "xaxxaxbc", false),
        ("weight", "weight", true), ("weigh", "weight", false), ("weight?", "weight", false), ("**", "x", true),
        ("*1.*", "layer11.1.w", true),
    ])
    func patterns(_ pattern: String, _ name: String, _ fits: Bool) {
        #expect(matches(name, pattern: pattern) == fits)
    }

    private func classifier() -> Classifier {
        var generator = PhiloxGenerator(seed: 1)
        return Classifier(classes: 3, using: &generator)
    }

    private func trainable(_ model: some Module) -> [String] {
        model.namedParameters.filter { $0.parameter.isTrainable }.map(\.name)
    }

    @Test func freezing() {
        let model = classifier()
        model.freeze(matching: "body.*", "*.bias")
        #expect(trainable(model) == ["head.weight"])
        model.unfreeze(matching: "body.2.*")
        #expect(trainable(model) == ["body.2.weight", "body.2.bias", "head.weight"])
        model.unfreeze()
        #expect(trainable(model).count == 6)
        // By any name of a tied weight.
        let tied = StateDictModels.make("tied", .float32)
        tied.freeze(matching: "decoder.weight")
        #expect(!trainable(tied).contains("embedding.weight"))
    }

    @Test func groups() {
        let model = classifier()
        let groups = model.parameterGroups(
            learningRate: 0.1, weightDecay: 0.01,
            [ParameterRule("head.*", learningRate: 1), ParameterRule("*.bias", weightDecay: 0)])
        #expect(
            groups.map(\.names) == [
                ["body.0.weight", "body.2.weight"], ["head.weight", "head.bias"], ["body.0.bias", "body.2.bias"],
            ])
        #expect(groups.map(\.learningRate) == [0.1, 1, 0.1] && groups.map(\.weightDecay) == [0.01, 0.01, 0])
        #expect(Adam(groups: groups).state.names == groups.flatMap(\.names))
        #expect(model.parameterGroups(learningRate: 0.1, [("*", 0.5)]).map(\.learningRate) == [0.5])
    }

    @Test func patternOfNothingTraps() async {
        let freezing = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            Linear(2, 3, using: &generator).freeze(matching: "feature.*")
        }
        #expect(
            text(freezing).contains(
                "freeze: no parameter's name is of the pattern 'feature.*'; the model has weight, bias"))
        let grouping = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var generator = PhiloxGenerator(seed: 1)
            _ = Linear(2, 3, using: &generator).parameterGroups(learningRate: 1, [("*", 1), ("bias", 2)])
        }
        #expect(
            text(grouping).contains("parameterGroups: earlier rules have taken all parameters of the pattern 'bias'"))
    }
}
