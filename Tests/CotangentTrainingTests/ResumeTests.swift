import Cotangent
import CotangentTraining
import TestSupport
import Testing

/// A run that is taken up at any moment ends in the bits of one that never stopped.
@Suite struct ResumeTests {
    @Test(arguments: [1, 2]) func fromAnyMomentToTheSameBits(accumulation: Int) throws {
        let whole = CheckpointRun(accumulation: accumulation)
        var moments: [Checkpoint] = []
        whole.trainer.checkpointing = { [trainer = whole.trainer] _ in moments.append(trainer.checkpoint()) }
        let history = try whole.fit()
        whole.trainer.checkpointing = nil
        let steps = (7 + accumulation - 1) / accumulation
        #expect(moments.count == 4 * steps + 4 + 1)
        #expect(Set(history.epochs.map(\.learningRate)).count == 4)
        #expect(moments.last!.state.plateau!.scale < 1 && moments.last!.state.averageCount == 4 * steps)

        try withFolder { folder in
            for (index, moment) in moments.enumerated() {
                let resumed = CheckpointRun(accumulation: accumulation)
                // Another history of its own, which restoring must wipe out.
                try resumed.fit(epochs: 1)
                try moment.write(to: "\(folder)/moment")
                try resumed.trainer.restore(Checkpoint(path: "\(folder)/moment"))
                try resumed.fit()
                #expect(resumed.bits == whole.bits, "moment \(index)")
            }
        }
    }

    /// A stopped run goes on when it is asked for more.
    @Test func interruptedRunsGoOn() throws {
        // Three steps an epoch.
        let whole = CheckpointRun(accumulation: 3)
        try whole.fit()
        let parts = CheckpointRun(accumulation: 3)
        let recorder = parts.onStep { [trainer = parts.trainer] in if $0.step % 2 == 1 { trainer.stop() } }
        for _ in 0..<6 {
            try parts.fit()
            #expect(recorder.end == .interrupted)
        }
        try parts.fit()
        #expect(parts.bits == whole.bits && recorder.end == .allEpochs)
        #expect(
            recorder.events.prefix(8) == [
                "began 0", "step 1.1", "ended", "began 1", "step 1.2", "step 1.3", "ended", "began 3",
            ])
        #expect(recorder.events[8...10] == ["epoch 1", "step 2.1", "step 2.2"])
        // Nothing is left to do.
        let before = recorder.steps.count
        try parts.fit()
        #expect(recorder.steps.count == before)
    }

    @Test func refusesAStateThatDoesNotFit() throws {
        let run = CheckpointRun()
        try run.fit(epochs: 1)
        let before = run.trainer.state
        func problem(_ change: (inout TrainerState) -> Void) -> String {
            var state = before
            change(&state)
            let error = #expect(throws: TrainingError.self) { try run.trainer.restore(state) }
            return "\(error!)"
        }
        #expect(problem { $0.plateau = nil }.contains("one of them has a plateau schedule, the other not"))
        #expect(problem { $0.average = nil }.contains("one of them averages weights, the other not"))
        #expect(
            problem { $0.average!["0.bias"] = nil }.contains("it has the averages of 5 parameters, the model 6"))
        #expect(
            problem { $0.average!["0.bias"] = Tensor.zeros([3]) }.contains(
                "the average of '0.bias' is float32 [3], the parameter float32 [8]"))
        #expect(problem { $0.metrics["accuracy"] = [0.5, 2] }.contains("accuracy cannot go on from 2 numbers"))
        // Sums of such counts overflow, and such labels have no scores.
        #expect(problem { $0.metrics["f1_macro"] = [2, 0, 0, 0, 0, 9e18, 9e18] }.contains("from 7 numbers"))
        #expect(problem { $0.metrics["f1_macro"] = [1e15] }.contains("from 1 numbers"))
        #expect(problem { $0.metrics["log_loss"] = [0, 0, 9e18] }.contains("from 3 numbers"))
        #expect(problem { $0.metrics["roc_auc"] = [-1, 0, 1] }.contains("from 3 numbers"))
        #expect(run.trainer.state == before)
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
