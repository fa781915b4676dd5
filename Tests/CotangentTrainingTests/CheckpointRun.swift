import Cotangent
import Foundation
import TestSupport

/// A small run with all that a checkpoint must hold: dropout, batch normalisation, Adam, a schedule, a plateau, an average,
/// early stopping, metrics, clipping, shuffling.
struct CheckpointRun {
    let trainer: Trainer<Sequential, Samples>
    let loader: DataLoader<TensorDataset>
    let validation: DataLoader<TensorDataset>

    init(accumulation: Int = 1) {
        var generator = PhiloxGenerator(seed: 5)
        let x = Tensor.normal([70, 6], using: &generator)
        let y = argmax(x[.all, 0..<3], axis: 1)
        let model = Sequential {
            Linear(6, 8, using: &generator)
            BatchNorm1D(8)
            ReLU()
            Dropout(rate: 0.3)
            Linear(8, 3, using: &generator)
        }
        trainer = Trainer(model, Adam(model, learningRate: 0.01), seed: 3, loss: { crossEntropy($0, $1) })
        trainer.schedule = .exponential(by: 0.9)
        trainer.plateau = ReduceOnPlateau(patience: 0)
        trainer.averaging = ExponentialMovingAverage(of: model, decay: 0.9)
        trainer.earlyStopping = EarlyStopping(patience: 100)
        trainer.metrics = [Accuracy()]
        trainer.clipping = .norm(1)
        trainer.accumulation = accumulation
        loader = DataLoader(TensorDataset(x[0..<50], y[0..<50]), batchSize: 8, seed: 4)
        validation = DataLoader(TensorDataset(x[50...], y[50...]), batchSize: 16, shuffle: false)
    }

    func fit(epochs: Int) throws { try trainer.fit(loader, validation: validation, epochs: epochs) }
}

/// The bits of what a run ended with, times left out.
struct RunResult: Equatable {
    let weights: Snapshot
    let optimizers: [OptimizerState]
    let figures: [[NamedValue]]
    let best: Double?

    init(_ trainer: Trainer<Sequential, Samples>) {
        weights = trainer.model.snapshot()
        optimizers = trainer.optimizers.map(\.state)
        figures = trainer.state.history.epochs.map { $0.training + $0.validation }
        best = trainer.state.best
    }
}

/// Stops a run behind a step.
final class StopAfter: TrainingCallback {
    let step: Int
    let stop: () -> Void

    init(step: Int, _ stop: @escaping () -> Void) {
        self.step = step
        self.stop = stop
    }

    func stepEnded(_ step: StepReport, of run: TrainingRun) { if step.step == self.step { stop() } }
}
