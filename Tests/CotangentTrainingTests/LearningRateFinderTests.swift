import Cotangent
import CotangentTraining
import TestSupport
import Testing

@Suite struct LearningRateFinderTests {
    /// The loss is 2 w² for samples that are all alike: gradient descent takes w to (1 − 4 η) w, so it falls fastest
    /// before η = 0.25 is passed, and runs away from 0.5 on.
    @Test func findsWhereTheLossFalls() throws {
        let model = Linear(weight: Tensor([1.0], shape: [1, 1]))
        let ones = TensorDataset(Tensor.ones([3, 1], dtype: .float64), Tensor.zeros([3, 1], dtype: .float64))
        let trainer = Trainer(model, SGD(model, learningRate: 0.1), loss: { meanSquaredError($0, $1) * 2 })
        let loader = DataLoader(ones, batchSize: 1)
        let curve = try trainer.findLearningRate(loader, from: 1e-4, to: 1e3, steps: 141)
        // Rates are a twentieth of a decade apart.
        #expect(curve.learningRates[0] == 1e-4 && Swift.abs(curve.learningRates[40] / 1e-2 - 1) < 1e-12)
        #expect(curve.losses[0] == 2)
        #expect(Swift.abs(curve.losses[1] - 2 * (1 - 4e-4) * (1 - 4e-4)) < 1e-15)
        let suggestion = try #require(curve.suggestion)
        #expect(0.005 < suggestion && suggestion < 0.25, "\(suggestion)")
        // It stopped where the loss ran away, not at the last rate.
        #expect(curve.learningRates.last! < 10 && curve.losses.count == curve.smoothed.count)
    }

    @Test func leavesEverythingAsItWas() throws {
        let model = Sequential {
            BatchNorm1D(64)
            TrainingFixture.network()
        }
        let optimizer = Adam(model, learningRate: 0.003)
        let trainer = Trainer(model, optimizer, loss: crossEntropy)
        let loader = TrainingFixture.loader(0..<4)
        try trainer.fit(loader, epochs: 1)
        let before = (model.snapshot(), optimizer.state, trainer.state)
        let curve = try trainer.findLearningRate(loader, steps: 60)
        #expect(Set(curve.losses).count > 20)
        #expect(model.snapshot() == before.0 && optimizer.state == before.1 && trainer.state == before.2)
        #expect(optimizer.learningRate == 0.003)
    }

    @Test func suggestsNothingWhereNothingFalls() throws {
        let model = TrainingFixture.network(.float64)
        let trainer = Trainer(
            model, SGD(model, learningRate: 1),
            loss: { (model: Sequential, batch: Samples) in sum(model(batch.x)) * 0 + 1 })
        #expect(try trainer.findLearningRate(TrainingFixture.loader(0..<2, .float64), steps: 20).suggestion == nil)
    }
}
