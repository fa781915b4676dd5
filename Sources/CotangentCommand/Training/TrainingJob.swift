import ArgumentParser
import Cotangent

/// One run of `cotangent train`.
struct TrainingJob {
    let command: Train
    let architecture: Architecture
    let objective: Objective
    let columns: [String]
    let training: Samples
    let validation: Samples?
    let trainer: Trainer<Sequential, Samples>

    init(_ command: Train, _ given: Architecture, _ file: SampleFile) throws {
        let path = command.data.data
        self.command = command
        guard given.output.rank == 1 else {
            throw Problem(
                description: "The model gives \(given.output) for each row, and one axis of outputs is wanted.")
        }
        objective = try Objective(file, outputs: given.output[0], path: path)
        columns = file.columns
        let x = try Self.shaped(file.x, given, path, file.columns)
        let y = try objective.tensor(file, path: path)
        (training, validation) = try Self.divided(Samples(x: x, y: y), command, path)

        let isRegression = if case .regression = objective { true } else { false }
        architecture =
            command.standardize ? given.enclosed(by: "standardization", isRegression ? "rescaling" : nil) : given
        var generator = PhiloxGenerator(seed: command.seed)
        let model = architecture.makeModel(using: &generator)
        var unit = Tensor([1] as [Float])
        if command.standardize {
            Self.fit(model.layers.first as! Standardization, training.x)
            if let last = model.layers.last as? Rescaling { unit = Self.fit(last, training.y) }
        }
        trainer = Trainer(model, command.optimization.make(for: model), seed: command.seed) { predictions, targets in
            // Targets in units of their deviation: errors of small and large ones count alike.
            isRegression ? meanSquaredError(predictions / unit, targets / unit) : crossEntropy(predictions, targets)
        }
        trainer.metrics = isRegression ? [MAE(), R2()] : [Accuracy()]
        if validation != nil {
            trainer.earlyStopping = EarlyStopping(patience: command.patience ?? .max)
        }
    }

    /// Samples in the shape that the model takes: a table's row or an IDX picture may become [1, height, width].
    private static func shaped(
        _ x: Tensor, _ architecture: Architecture, _ path: String, _ columns: [String]
    ) throws -> Tensor {
        let (own, wanted) = (x.shape.dropFirst().reduce(1, *), architecture.input.reduce(1, *))
        guard own == wanted else {
            let names = columns.isEmpty || columns.count > 12 ? "" : " (\(columns.joined(separator: ", ")))"
            throw Problem(
                description: """
                    \(path) has \(own) numbers in each row\(names), and the model takes \(architecture.input): begin it \
                    with \(own), or choose columns with --inputs.
                    """)
        }
        return x.reshaped(Shape([x.shape[0]] + architecture.input.dimensions))
    }

    /// Rows that train and rows that validate, at random: at least one of each, where any are to validate.
    private static func divided(_ all: Samples, _ command: Train, _ path: String) throws -> (Samples, Samples?) {
        if command.validation == 0 { return (all, nil) }
        guard all.count >= 2 else {
            throw Problem(description: "\(path) has \(all.count) row: too few to set some apart for --validation.")
        }
        let held = min(max(1, Int((Double(all.count) * command.validation).rounded())), all.count - 1)
        var generator = PhiloxGenerator(seed: command.seed ^ 0x5641_4C49_4441_5445)
        let order = Tensor.permutation(all.count, using: &generator)
        func part(_ range: Range<Int>) -> Samples {
            Samples(x: gather(all.x, order[range]), y: gather(all.y, order[range]))
        }
        return (part(held..<all.count), part(0..<held))
    }

    private static func fit(_ layer: Standardization, _ x: Tensor) {
        let (mean, deviation) = scale(x)
        layer.mean.value = mean
        layer.deviation.value = deviation
    }

    private static func fit(_ layer: Rescaling, _ y: Tensor) -> Tensor {
        let (mean, deviation) = scale(y)
        layer.mean.value = mean
        layer.deviation.value = deviation
        return deviation
    }

    private static func scale(_ x: Tensor) -> (mean: Tensor, deviation: Tensor) {
        let standardizer = Standardizer(fitting: x)
        let shape = Shape(Array(x.shape.dropFirst()))
        return (standardizer.mean.reshaped(shape), standardizer.deviation.reshaped(shape))
    }

    private var trained: TrainedModel {
        TrainedModel(trainer.model, architecture, objective: objective, columns: columns)
    }

    func run() throws {
        let loader = DataLoader(
            TensorDataset(training.x, training.y), batchSize: command.batchSize, seed: command.seed, prefetch: 0)
        let steps = (loader.count + command.optimization.accumulate - 1) / command.optimization.accumulate
        let held = validation.map {
            DataLoader(TensorDataset($0.x, $0.y), batchSize: 256, shuffle: false, prefetch: 0)
        }
        try command.optimization.apply(to: trainer, epochs: command.epochs, stepsPerEpoch: steps)
        command.watching.apply(to: trainer, metadata: trained.metadata)
        let resumed = command.watching.resume ? try trainer.resume() : false
        if command.optimization.findsRate, !resumed { try findRate(loader) }
        if !command.watching.json { printBeginning(resumed) }
        let history = try stoppingOnInterrupt(trainer.stopSignal) {
            try trainer.fit(loader, validation: held, epochs: command.epochs)
        }
        let isInterrupted = trainer.state.epoch < command.epochs && trainer.stopSignal.isRequested
        // Before the picture, which may fail.
        if !isInterrupted { try trained.write(to: command.output) }
        if let curves = command.watching.curves, !history.epochs.isEmpty {
            try LearningCurves(history).write(to: curves)
        }
        if isInterrupted { try endInterrupted() }
        print(command.watching.json ? report(history) : ending(history))
    }

    private func findRate(_ loader: DataLoader<TensorDataset>) throws {
        let curve = try trainer.findLearningRate(loader)
        guard let rate = curve.suggestion else {
            throw Problem(
                description: "The learning-rate finder found no falling loss: give --learning-rate a number.")
        }
        for optimizer in trainer.optimizers { optimizer.learningRate = rate }
        if !command.watching.json { print("learning rate \(short(rate)), by the finder") }
    }

    private func endInterrupted() throws {
        let state = trainer.state
        let saved =
            command.watching.checkpoints.map { "The run is saved in \($0): the same command with --resume goes on." }
            ?? "Nothing was saved: --checkpoints would have."
        StandardError.print("Interrupted behind step \(state.step). \(saved)")
        throw ExitCode(130)
    }
}
