import Cotangent
import Foundation

/// A small run with everything that has a memory: dropout, batch normalisation, Adam, a schedule, a plateau, an
/// average, early stopping, metrics, a proximal penalty, clipping, accumulation, shuffling.
struct CheckpointRun {
    let trainer: Trainer<Sequential, Samples>
    let loader: DataLoader<TensorDataset>
    let validation: DataLoader<TensorDataset>

    /// Seven batches an epoch.
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
        trainer = Trainer(model, Adam(model, learningRate: 0.01), seed: 3, loss: crossEntropy)
        trainer.schedule = .warmUp(steps: 5).then(.cosine(steps: 40))
        trainer.plateau = ReduceOnPlateau(factor: 0.5, patience: 0, threshold: 0.3)
        trainer.averaging = ExponentialMovingAverage(of: model, decay: 0.8)
        trainer.earlyStopping = EarlyStopping(patience: 100, metric: "accuracy")
        trainer.metrics = [Accuracy(), F1(.macro), LogLoss(), ROCAUC(), ConfusionMatrix()]
        trainer.penalty = .elasticNet(l1: 1e-4, l2: 1e-4, proximal: true)
        trainer.clipping = .norm(1)
        trainer.accumulation = accumulation
        loader = DataLoader(TensorDataset(x[0..<50], y[0..<50]), batchSize: 8, seed: 4)
        validation = DataLoader(TensorDataset(x[50...], y[50...]), batchSize: 16, shuffle: false)
    }

    @discardableResult
    func fit(epochs: Int = 4) throws -> History {
        try trainer.fit(loader, validation: validation, epochs: epochs)
    }

    /// Calls `action` behind each step, instead of all callbacks before.
    @discardableResult
    func onStep(_ action: @escaping (StepReport) -> Void) -> Recorder {
        let recorder = Recorder()
        recorder.onStep = action
        trainer.callbacks = [recorder]
        return recorder
    }

    /// All that the run goes on from, times left out.
    var bits: Checkpoint {
        var checkpoint = trainer.checkpoint()
        checkpoint.state.history = checkpoint.state.history.timeless
        checkpoint.state.seconds = 0
        return checkpoint
    }
}

func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cotangent-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path())
}
