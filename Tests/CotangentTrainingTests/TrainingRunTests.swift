import Cotangent
import CotangentTraining
import TestSupport
import Testing

/// Who is told of what, and how runs end.
@Suite struct TrainingRunTests {
    private func trainer(_ callbacks: [any TrainingCallback]) -> Trainer<Sequential, Samples> {
        let model = TrainingFixture.network()
        let trainer = Trainer(model, SGD(model, learningRate: 0.1), loss: crossEntropy)
        trainer.callbacks = callbacks
        return trainer
    }

    @Test func callbacksAreToldInOrder() throws {
        let (a, b) = (Recorder(), Recorder())
        let trainer = trainer([a, b])
        trainer.checkpointing = { a.events.append("\($0)") }
        try trainer.fit(TrainingFixture.loader(0..<2), epochs: 2)
        #expect(
            b.events == ["began 0", "step 1.1", "step 1.2", "epoch 1", "step 2.1", "step 2.2", "epoch 2", "ended"])
        #expect(
            a.events == [
                "began 0", "step", "step 1.1", "step", "step 1.2", "epoch(isBest: true)", "epoch 1", "step", "step 2.1",
                "step", "step 2.2", "epoch(isBest: true)", "epoch 2", "end(CotangentTraining.TrainingEnd.allEpochs)",
                "ended",
            ])
        #expect(a.end == .allEpochs && b.end == .allEpochs)
        #expect(a.steps.map(\.step) == [1, 2, 3, 4] && a.steps.map(\.samples) == [32, 32, 32, 32])
    }

    /// The step is whole, everybody is told, and the run can go on.
    @Test func whatACallbackThrowsEndsTheRun() throws {
        let (a, b) = (Recorder(), Recorder())
        a.onStep = { if $0.step == 2 { throw Refusal() } }
        let trainer = trainer([a, b])
        #expect(throws: Refusal.self) { try trainer.fit(TrainingFixture.loader(0..<3), epochs: 1) }
        #expect(a.end == .failed("refused") && b.end == .failed("refused"))
        #expect(b.events == ["began 0", "step 1.1", "ended"])
        #expect(trainer.state.step == 2 && trainer.state.batch == 2)
        try trainer.fit(TrainingFixture.loader(0..<3), epochs: 1)
        let other = self.trainer([])
        try other.fit(TrainingFixture.loader(0..<3), epochs: 1)
        #expect(trainer.model.snapshot() == other.model.snapshot())
    }

    @Test func whatACheckpointThrowsEndsTheRun() throws {
        let recorder = Recorder()
        let trainer = trainer([recorder])
        trainer.checkpointing = { if $0 == .step { throw Refusal() } }
        #expect(throws: Refusal.self) { try trainer.fit(TrainingFixture.loader(0..<3), epochs: 1) }
        #expect(recorder.events == ["began 0", "ended"] && recorder.end == .failed("refused"))
    }

    @Test func stopsBehindAStep() throws {
        let recorder = Recorder()
        let trainer = trainer([recorder])
        recorder.onStep = { if $0.step == 2 { trainer.stopSignal.request() } }
        let history = try trainer.fit(TrainingFixture.loader(0..<3), epochs: 5)
        #expect(history.epochs.isEmpty && recorder.end == .interrupted && trainer.state.step == 2)
        // Asked for behind an epoch, it does not begin the next one.
        recorder.onStep = { _ in }
        recorder.onEpoch = { if $0.epoch == 2 { trainer.stop() } }
        #expect(try trainer.fit(TrainingFixture.loader(0..<3), epochs: 5).epochs.count == 2)
        #expect(recorder.end == .interrupted && trainer.state.step == 6)
    }

    @Test func aLossThatIsNoNumberIsAnError() throws {
        let recorder = Recorder()
        let model = TrainingFixture.network()
        var count = 0
        let trainer = Trainer(
            model, SGD(model, learningRate: 0.5),
            loss: { (predictions: Tensor, targets: Tensor) in
                count += 1
                return crossEntropy(predictions, targets)
                    + (count == 5 ? log(sum(predictions) * 0 - 1) : 0 * sum(predictions))
            })
        trainer.schedule = .exponential(by: 0.5)
        trainer.callbacks = [recorder]
        let error = #expect(throws: TrainingError.self) { try trainer.fit(TrainingFixture.loader(0..<3), epochs: 5) }
        let message = try "\(#require(error))"
        #expect(error?.epoch == 2 && error?.step == 5 && error?.learningRate == 0.5 / 16)
        #expect(message.hasPrefix("epoch 2, step 5, learning rate 0.03125: the loss is nan."), "\(message)")
        #expect(message.contains("`trainer.detectsAnomalies = true`, or detectingAnomalies(in:)"))
        #expect(recorder.end == .failed(message))
        // The step was not taken.
        #expect(trainer.state.step == 4 && !model.parameters.contains { $0.value.hasNonFinite })
        // Told to, it says which operation.
        count = 4
        trainer.detectsAnomalies = true
        let anomaly = #expect(throws: AnomalyError.self) { try trainer.fit(TrainingFixture.loader(0..<3), epochs: 5) }
        #expect(anomaly?.operation == "log" && anomaly?.cameFromInput == false)
    }

    @Test func aGradientThatIsNoNumberIsAnError() throws {
        let model = TrainingFixture.network()
        let trainer = Trainer(
            model, SGD(model, learningRate: 0.5),
            loss: { (predictions: Tensor, _: Tensor) in sum(sqrt(predictions * 0)) })
        trainer.clipping = .norm(1)
        let error = #expect(throws: TrainingError.self) { try trainer.fit(TrainingFixture.loader(0..<3), epochs: 5) }
        #expect(try "\(#require(error))".hasPrefix("epoch 1, step 1, learning rate 0.5: the gradients' norm is nan."))
        #expect(!model.parameters.contains { $0.value.hasNonFinite })
    }

    private struct Broken: Dataset {
        var count: Int { 96 }
        func batch(_ indices: [Int]) throws(Refusal) -> Samples {
            if indices.contains(64) { throw Refusal() }
            return TrainingFixture.samples(0..<1)
        }
    }

    @Test func whatTheLoaderThrowsEndsTheRun() throws {
        for prefetch in [0, 2] {
            let recorder = Recorder()
            let trainer = trainer([recorder])
            let loader = DataLoader(Broken(), batchSize: 32, shuffle: false, prefetch: prefetch)
            #expect(throws: Refusal.self) { try trainer.fit(loader, epochs: 1) }
            #expect(recorder.events == ["began 0", "step 1.1", "step 1.2", "ended"])
        }
    }
}
