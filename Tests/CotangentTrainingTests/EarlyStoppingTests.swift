import Cotangent
import CotangentTraining
import TestSupport
import Testing

@Suite(.serialized) struct EarlyStoppingTests {
    /// One weight w, whose loss is what `curve` says of it: w grows by 1 with each step.
    private struct Walk: Layer {
        let w = Parameter(Tensor(scalar: 0.0))
        func callAsFunction(_ x: Tensor) -> Tensor { w.value }
    }

    private static let one = DataLoader(
        TensorDataset(Tensor.zeros([1, 1], dtype: .float64), Tensor.zeros([1, 1], dtype: .float64)), batchSize: 1)

    /// Validation's losses are `losses`, epoch by epoch.
    private func run(
        _ losses: [Double], _ stopping: EarlyStopping, epochs: Int? = nil
    ) throws -> (end: TrainingEnd, epochs: [EpochReport], weight: Double) {
        let model = Walk()
        let trainer = Trainer(
            model, SGD(model, learningRate: 1),
            loss: { (model: Walk, _: Samples) in
                // In training the slope is −1; in validation the curve's value at w = 1, 2, …
                Tape.isRecording ? -sum(model.w.value) : Tensor(scalar: losses[Int(model.w.value.item) - 1])
            })
        trainer.earlyStopping = stopping
        let recorder = Recorder()
        trainer.callbacks = [recorder]
        let history = try trainer.fit(Self.one, validation: Self.one, epochs: epochs ?? losses.count)
        return (recorder.end!, history.epochs, model.w.value.item)
    }

    @Test func stopsAndRestoresTheBest() throws {
        let (end, epochs, weight) = try run([5, 4, 6, 3, 4, 5, 6, 1], EarlyStopping(patience: 2))
        #expect(end == .stoppedEarly(bestEpoch: 4) && weight == 4)
        #expect(epochs.map(\.isBest) == [true, true, false, true, false, false, false])
        #expect(epochs.map { $0.validation[0].value } == [5, 4, 6, 3, 4, 5, 6])
    }

    @Test func restoresTheBestOfAllEpochs() throws {
        let (end, _, weight) = try run([5, 4, 6, 7, 8], EarlyStopping(patience: .max))
        #expect(end == .allEpochs && weight == 2)
    }

    @Test func keepsTheLastWhereAskedTo() throws {
        let (end, _, weight) = try run([5, 4, 6, 7, 8], EarlyStopping(patience: 1, restoresBest: false))
        #expect(end == .stoppedEarly(bestEpoch: 2) && weight == 4)
    }

    /// A change by less than `minimumChange`, or exactly by it, is none.
    @Test func minimumChange() throws {
        let (end, epochs, weight) = try run([5, 4.5, 4.25, 4, 3.5, 3], EarlyStopping(patience: 1, minimumChange: 1))
        #expect(end == .stoppedEarly(bestEpoch: 1) && epochs.count == 3 && weight == 1)
    }

    @Test func aNaNIsNoBetter() throws {
        let (end, epochs, weight) = try run([.nan, 5, .nan, .nan, 4], EarlyStopping(patience: 1))
        #expect(
            end == .stoppedEarly(bestEpoch: 2) && epochs.map(\.isBest) == [false, true, false, false] && weight == 2)
    }

    /// The best of a metric that is better the higher it is.
    @Test func watchesAMetric() throws {
        let model = TrainingFixture.network()
        let trainer = Trainer(model, SGD(model, learningRate: 0.1), loss: crossEntropy)
        trainer.metrics = [Accuracy()]
        trainer.earlyStopping = EarlyStopping(patience: 2, metric: "accuracy")
        let validation = TrainingFixture.loader(9..<10)
        let history = try trainer.fit(TrainingFixture.loader(0..<2), validation: validation, epochs: 40)
        let accuracies = history.validation("accuracy")
        #expect(accuracies.count < 40)
        #expect(try trainer.evaluate(validation)[1].value == accuracies.max()!)
        let best = accuracies.firstIndex(of: accuracies.max()!)!
        #expect(accuracies.count == best + 4 && history.epochs[best].isBest)
    }

    private static let traps = [
        Trap("Trainer.fit: early stopping watches validation's loss, and there is no validation") {
            let model = TrainingFixture.network()
            let trainer = Trainer(model, SGD(model, learningRate: 0.1), loss: crossEntropy)
            trainer.earlyStopping = EarlyStopping(patience: 2)
            _ = try? trainer.fit(TrainingFixture.loader(0..<1), epochs: 1)
        },
        Trap("Trainer.fit: early stopping watches \"f1\", and validation has [\"loss\", \"accuracy\"]") {
            let model = TrainingFixture.network()
            let trainer = Trainer(model, SGD(model, learningRate: 0.1), loss: crossEntropy)
            trainer.metrics = [Accuracy()]
            trainer.earlyStopping = EarlyStopping(patience: 2, metric: "f1")
            let loader = TrainingFixture.loader(0..<1)
            _ = try? trainer.fit(loader, validation: loader, epochs: 1)
        },
        Trap("Trainer.fit: metrics need predictions: give the trainer `predict:` or `forward:`") {
            let model = TrainingFixture.network()
            let trainer = Trainer<Sequential, PaddedBatch>(
                model, SGD(model, learningRate: 0.1), loss: { _, _ in Tensor(scalar: Float(0)) })
            trainer.metrics = [Accuracy()]
            _ = try? trainer.fit(
                DataLoader(NoSequences(), batchSize: 1), epochs: 1)
        },
        Trap("Trainer: a parameter of shape [32, 64] is in two optimizers") {
            let model = TrainingFixture.network()
            _ = Trainer(model, SGD(model, learningRate: 0.1), Adam(model), loss: crossEntropy)
        },
    ]

    private struct NoSequences: Dataset {
        var count: Int { 1 }
        func batch(_ indices: [Int]) -> PaddedBatch { PaddedBatch([[1]]) }
    }

    @Test(arguments: traps.indices) func refuses(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            EarlyStoppingTests.traps[index].body()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Cotangent: " + Self.traps[index].message), "\(message)")
    }
}
