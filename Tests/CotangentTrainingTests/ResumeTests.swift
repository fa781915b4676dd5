import Cotangent
import CotangentTraining
import TestSupport
import Testing

/// A run that is taken up from ``Trainer/state``, model and optimizer of any moment ends in the bits of one that never
/// stopped.
@Suite struct ResumeTests {
    private struct Model: Layer {
        let first: Linear
        let norm = BatchNorm1D(24)
        let drop = Dropout(rate: 0.3)
        let last: Linear
        func callAsFunction(_ x: Tensor) -> Tensor { last(drop(relu(norm(first(x))))) }
    }

    /// Everything that has a memory: Adam, dropout, running means, schedule, plateau, average, metrics, early stopping.
    private struct Setup {
        let model: Model
        let optimizer: Adam
        let trainer: Trainer<Model, Samples>

        init() {
            var generator = PhiloxGenerator(seed: 5)
            let model = Model(first: Linear(64, 24, using: &generator), last: Linear(24, 10, using: &generator))
            self.model = model
            optimizer = Adam(model, learningRate: 0.01)
            trainer = Trainer(model, optimizer, seed: 7, loss: crossEntropy)
            trainer.schedule = .warmUp(steps: 5).then(.cosine(steps: 20))
            trainer.plateau = ReduceOnPlateau(factor: 0.5, patience: 0, threshold: 0.3)
            trainer.averaging = ExponentialMovingAverage(of: model, decay: 0.8)
            trainer.penalty = .elasticNet(l1: 1e-4, l2: 1e-4, proximal: true)
            trainer.clipping = .norm(1)
            trainer.accumulation = 2
            trainer.metrics = [Accuracy(), F1(.macro), LogLoss(), ROCAUC(), ConfusionMatrix()]
            trainer.earlyStopping = EarlyStopping(patience: 10, metric: "accuracy")
        }

        /// Five batches an epoch, three steps, in an order of its own each.
        func fit(_ epochs: Int = 4) throws -> History {
            let loader = DataLoader(TensorDataset(TrainingFixture.samples(0..<4)), batchSize: 28, seed: 11)
            return try trainer.fit(loader, validation: TrainingFixture.loader(5..<7), epochs: epochs)
        }
    }

    private struct Moment {
        let state: TrainerState
        let weights: Snapshot
        let optimizer: OptimizerState
    }

    @Test func fromAnyMomentToTheSameBits() throws {
        let whole = Setup()
        var moments: [Moment] = []
        whole.trainer.checkpointing = { [trainer = whole.trainer, model = whole.model, optimizer = whole.optimizer] _ in
            moments.append(Moment(state: trainer.state, weights: model.snapshot(), optimizer: optimizer.state))
        }
        let history = try whole.fit()
        whole.trainer.checkpointing = nil
        #expect(moments.count == 4 * 3 + 4 + 1)
        #expect(Set(history.epochs.map(\.learningRate)).count == 4)
        #expect(moments.last!.state.plateau!.scale < 1 && moments.last!.state.averageCount == 12)

        for (index, moment) in moments.enumerated() {
            let resumed = Setup()
            // Another history of its own, which restoring must wipe out.
            _ = try resumed.fit(1)
            try resumed.model.restore(moment.weights)
            try resumed.optimizer.restore(moment.optimizer)
            try resumed.trainer.restore(moment.state)
            let other = try resumed.fit()
            #expect(other.timeless == history.timeless, "moment \(index)")
            #expect(resumed.model.snapshot() == whole.model.snapshot(), "moment \(index)")
            #expect(resumed.optimizer.state == whole.optimizer.state, "moment \(index)")
            #expect(resumed.trainer.state.average == whole.trainer.state.average, "moment \(index)")
        }
    }

    /// A stopped run goes on when it is asked for more.
    @Test func interruptedRunsGoOn() throws {
        let whole = Setup()
        let history = try whole.fit()
        let parts = Setup()
        let recorder = Recorder()
        recorder.onStep = { [trainer = parts.trainer] in if $0.step % 2 == 1 { trainer.stop() } }
        parts.trainer.callbacks = [recorder]
        for expected in [TrainingEnd.interrupted, .interrupted, .interrupted, .interrupted, .interrupted, .interrupted]
        {
            _ = try parts.fit()
            #expect(recorder.end == expected)
        }
        #expect(try parts.fit().timeless == history.timeless && recorder.end == .allEpochs)
        #expect(parts.model.snapshot() == whole.model.snapshot())
        #expect(
            recorder.events.prefix(8) == [
                "began 0", "step 1.1", "ended", "began 1", "step 1.2", "step 1.3", "ended", "began 3",
            ])
        #expect(recorder.events[8...10] == ["epoch 1", "step 2.1", "step 2.2"])
        // Nothing is left to do.
        let before = recorder.steps.count
        _ = try parts.fit()
        #expect(recorder.steps.count == before)
    }

    @Test func refusesAStateThatDoesNotFit() throws {
        let setup = Setup()
        _ = try setup.fit(1)
        let before = setup.trainer.state
        func problem(_ change: (inout TrainerState) -> Void) -> String {
            var state = before
            change(&state)
            let error = #expect(throws: TrainingError.self) { try setup.trainer.restore(state) }
            return "\(error!)"
        }
        #expect(problem { $0.plateau = nil }.contains("one of them has a plateau schedule, the other not"))
        #expect(problem { $0.average = nil }.contains("one of them averages weights, the other not"))
        #expect(
            problem { $0.average!["first.bias"] = nil }.contains("it has the averages of 5 parameters, the model 6"))
        #expect(
            problem { $0.average!["first.bias"] = Tensor.zeros([3]) }.contains(
                "the average of 'first.bias' is float32 [3], the parameter float32 [24]"))
        #expect(problem { $0.metrics["accuracy"] = [0.5, 2] }.contains("accuracy cannot go on from 2 numbers"))
        // Sums of such counts overflow, and such labels have no scores.
        #expect(problem { $0.metrics["f1_macro"] = [2, 0, 0, 0, 0, 9e18, 9e18] }.contains("from 7 numbers"))
        #expect(problem { $0.metrics["f1_macro"] = [1e15] }.contains("from 1 numbers"))
        #expect(problem { $0.metrics["log_loss"] = [0, 0, 9e18] }.contains("from 3 numbers"))
        #expect(problem { $0.metrics["roc_auc"] = [-1, 0, 1] }.contains("from 3 numbers"))
        #expect(setup.trainer.state == before)
    }

    @Test func metricsGoOn() {
        let all = TrainingFixture.samples(0..<2, .float64)
        let logits = TrainingFixture.network(.float64)(all.x)
        let classes: [any Metric] = [
            Accuracy(), TopKAccuracy(3), Precision(.macro), Recall(.macro), F1(.weighted), ConfusionMatrix(), LogLoss(),
            Perplexity(), ROCAUC(),
        ]
        let numbers: [any Metric] = [MSE(), MAE(), RMSE(), R2()]
        let targets = oneHot(all.y, classes: 10, dtype: .float64)
        for (metric, targets) in classes.map({ ($0, all.y) }) + numbers.map({ ($0, targets) }) {
            var whole = metric
            whole.update(logits[..<40], targets[..<40])
            var resumed = metric
            resumed.accumulated = whole.accumulated
            #expect(resumed.value == whole.value, "\(metric.name)")
            let half = whole.value
            whole.update(logits[40...], targets[40...])
            resumed.update(logits[40...], targets[40...])
            #expect(resumed.value == whole.value && whole.value != half, "\(metric.name)")
        }
    }
}
