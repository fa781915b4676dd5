import CotangentData
import CotangentNN
import CotangentTensor

/// All that a run needs to go on as if it had never stopped, bit for bit: weights, the optimizers' state, and where the
/// trainer stands, its history, schedule, random state and the loader's position among it.
///
/// ```swift
/// try trainer.checkpoint().write(to: "run.safetensors")
/// // … in another process, with model, optimizers and trainer set up alike …
/// try trainer.restore(Checkpoint(path: "run.safetensors"))
/// try trainer.fit(loader, epochs: 50)
/// ```
///
/// One safetensors file. Weights are called "model." and their name in the model, the best ones so far "best.", averages
/// "average.", the optimizers' tensors "optimizers.0." and so on; the rest stands in the metadata as JSON. The weights
/// alone can so be loaded elsewhere, by PyTorch too.
public struct Checkpoint: Sendable, Equatable {
    public var weights: Snapshot
    public var optimizers: [OptimizerState]
    public var state: TrainerState
    /// What the program adds: strings by name.
    public var metadata: [String: String]

    public init(
        weights: Snapshot, optimizers: [OptimizerState], state: TrainerState, metadata: [String: String] = [:]
    ) {
        self.weights = weights
        self.optimizers = optimizers
        self.state = state
        self.metadata = metadata
    }
}

extension Trainer {
    /// The run as it stands, between two steps.
    public func checkpoint(metadata: [String: String] = [:]) -> Checkpoint {
        Checkpoint(
            weights: model.snapshot(), optimizers: optimizers.map(\.state), state: state, metadata: metadata)
    }

    /// Goes back to where `checkpoint` was made; ``fit(_:epochs:)`` goes on from there. Model, optimizers, loader and
    /// trainer must be set up as they were.
    ///
    /// - Throws: ``SnapshotError``, ``OptimizerStateError`` or ``TrainingError`` where it belongs to another model,
    ///   optimizer or set-up. Then nothing has been changed.
    public func restore(_ checkpoint: Checkpoint) throws {
        guard checkpoint.optimizers.count == optimizers.count else {
            throw TrainingError(
                .state(
                    "it has the state of \(checkpoint.optimizers.count) optimizers, and there are \(optimizers.count)")
            )
        }
        let before = self.checkpoint()
        do {
            try model.restore(checkpoint.weights)
            for (optimizer, state) in zip(optimizers, checkpoint.optimizers) { try optimizer.restore(state) }
            try restore(checkpoint.state)
        } catch {
            // What was taken from them fits them.
            try! model.restore(before.weights)
            for (optimizer, state) in zip(optimizers, before.optimizers) { try! optimizer.restore(state) }
            throw error
        }
    }
}
