import Cotangent
import TestSupport
import Testing

@Suite struct SnapshotTests {
    private struct Model: Layer {
        let body: Linear
        let counter = Buffer(Tensor(scalar: 0.0))
        func callAsFunction(_ x: Tensor) -> Tensor {
            counter.value = counter.value + 1
            return body(x)
        }
    }

    private func model(_ seed: UInt64) -> Model {
        var generator = PhiloxGenerator(seed: seed)
        return Model(body: Linear(2, 3, using: &generator))
    }

    @Test func roundTrip() throws {
        let model = model(1)
        let x = Tensor.ones([4, 2])
        let saved = model.snapshot()
        #expect(saved.names == ["body.weight", "body.bias", "counter"])
        let before = model.body(x)
        let optimizer = SGD(model, learningRate: 0.5)
        for _ in 0..<3 { optimizer.update(with: valueAndGradients(of: model) { sum(square(model(x))) }.gradients) }
        #expect(model.body(x) != before && model.counter.value.item == 3)
        #expect(saved["counter"]?.item == 0)
        try model.restore(saved)
        #expect(model.body(x) == before && model.counter.value.item == 0)
        #expect(model.snapshot() == saved)
        // Training on changes the model, not the snapshot it was restored from.
        optimizer.update(with: valueAndGradients(of: model) { sum(square(model(x))) }.gradients)
        #expect(model.snapshot() != saved)
        try model.restore(saved)
        #expect(model.body(x) == before)
    }

    @Test func goesToAnotherModel() throws {
        let (a, b) = (model(1), model(2))
        try b.restore(a.snapshot())
        #expect(a.body.weight.value == b.body.weight.value)
    }

    @Test func refusesWhatDoesNotFit() throws {
        let model = model(1)
        let before = model.snapshot()
        var other = before.map { $1 + 1 }
        other["body.bias"] = nil
        other["body.weight"] = Tensor.zeros([3, 4])
        other["counter"] = Tensor(scalar: Float(0))
        other["head.weight"] = Tensor.zeros([1])
        let error = #expect(throws: SnapshotError.self) { try model.restore(other) }
        #expect(error?.missing == ["body.bias"] && error?.unexpected == ["head.weight"])
        #expect(
            error?.mismatched == [
                "body.weight is float32 [3, 2], in the snapshot float32 [3, 4]",
                "counter is float64 [], in the snapshot float32 []",
            ])
        #expect(
            "\(error!)".contains("missing: body.bias. unexpected: head.weight. of another shape or dtype: body.weight"))
        #expect(model.snapshot() == before)
    }

    /// The mean of two models' weights.
    @Test func averages() throws {
        let (a, b) = (model(1).snapshot(), model(2).snapshot())
        let mean = a.map { ($1 + b[$0]!) / 2 }
        let target = model(3)
        try target.restore(mean)
        #expect(target.body.bias!.value == (a["body.bias"]! + b["body.bias"]!) / 2)
    }
}
