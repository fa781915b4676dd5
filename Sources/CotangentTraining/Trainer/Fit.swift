import CotangentData
import CotangentNN
import CotangentTensor

extension Trainer {
    /// Trains until `epochs` epochs are done, those of earlier calls and of a restored state included, so that it goes
    /// on where it was interrupted: after `fit(loader, epochs: 5)`, `fit(loader, epochs: 8)` takes three more.
    ///
    /// - Returns: all epochs so far.
    /// - Throws: ``TrainingError`` for a loss that is NaN or infinite; what loader, loss and callbacks throw. All
    ///   callbacks are told that the run failed.
    @discardableResult
    public func fit<Training: BatchSource>(
        _ training: Training, epochs: Int
    ) throws -> History where Training.Batch == Batch { try run(training, epochs, validate: nil) }

    /// The same, measuring `validation` behind every epoch, in inference.
    @discardableResult
    public func fit<Training: BatchSource, Validation: BatchSource>(
        _ training: Training, validation: Validation?, epochs: Int
    ) throws -> History where Training.Batch == Batch, Validation.Batch == Batch {
        try run(training, epochs, validate: validation.map { loader in { try self.evaluate(loader) } })
    }

    private func run<Training: BatchSource>(
        _ training: Training, _ epochs: Int, validate: (() throws -> [NamedValue])?
    ) throws -> History where Training.Batch == Batch {
        requireSense(epochs, hasValidation: validate != nil)
        stopSignal.clear()
        penalized = penalty?.parameters(of: model) ?? []
        let run = TrainingRun(
            epochs: epochs, stepsPerEpoch: training.batchCount.map { ($0 + accumulation - 1) / accumulation },
            stepsBefore: progress.step, metricNames: isOnePass ? metrics.map(\.name) : [],
            validationNames: validate == nil ? [] : ["loss"] + metrics.map(\.name), model: model)
        let end: TrainingEnd
        do {
            try checkpoints?.requireNoneAfter(step: progress.step)
            for callback in callbacks { try callback.trainingBegan(run) }
            end = try takeEpochs(training, run, validate)
            try save(.end(end))
            try giveMeasuredWeights(end)
        } catch {
            for callback in callbacks { try? callback.trainingEnded(.failed("\(error)"), of: run) }
            throw error
        }
        var problem: (any Error)?
        for callback in callbacks {
            do { try callback.trainingEnded(end, of: run) } catch { problem = problem ?? error }
        }
        if let problem { throw problem }
        return progress.history
    }

    private func requireSense(_ epochs: Int, hasValidation: Bool) {
        guard epochs >= 0, accumulation > 0 else {
            fail("Trainer.fit", "epochs \(epochs) must not be negative, accumulation \(accumulation) must be positive")
        }
        if !metrics.isEmpty, !givesPredictions {
            fail("Trainer.fit", "metrics need predictions: give the trainer `predict:` or `forward:`")
        }
        guard let metric = earlyStopping?.metric else { return }
        if !hasValidation {
            fail("Trainer.fit", "early stopping watches validation's \(metric), and there is no validation")
        }
        let names = ["loss"] + metrics.map(\.name)
        if !names.contains(metric) {
            fail("Trainer.fit", "early stopping watches \"\(metric)\", and validation has \(names)")
        }
    }

    private func takeEpochs<Training: BatchSource>(
        _ training: Training, _ run: TrainingRun, _ validate: (() throws -> [NamedValue])?
    ) throws -> TrainingEnd where Training.Batch == Batch {
        if progress.batch == 0 { beginMetrics() }
        while progress.epoch < run.epochs {
            if let patience = earlyStopping?.patience, progress.epochsWithoutBetter > patience {
                return .stoppedEarly(bestEpoch: progress.bestEpoch)
            }
            if stopSignal.isRequested { return .interrupted }
            guard try takeEpoch(training, run) else { return .interrupted }
            try endEpoch(run, validate)
        }
        return .allEpochs
    }

    private func endEpoch(_ run: TrainingRun, _ validate: (() throws -> [NamedValue])?) throws {
        let start = ContinuousClock.now
        let figures =
            [NamedValue("loss", progress.lossSum / Double(progress.samples))]
            + trainingMetrics.map { NamedValue($0.name, $0.value) }
        let validation = try averaging?.standingIn { try validate?() } ?? validate?() ?? []
        let isBest = watch(validation.isEmpty ? figures : validation)
        progress.epoch += 1
        progress.history.epochs.append(
            EpochReport(
                epoch: progress.epoch, step: progress.step, training: figures, validation: validation,
                learningRate: progress.learningRate,
                seconds: progress.seconds + (ContinuousClock.now - start) / .seconds(1),
                isBest: isBest))
        progress.batch = 0
        progress.lossSum = 0
        progress.samples = 0
        progress.seconds = 0
        beginMetrics()
        try save(.epoch(isBest: isBest))
        for callback in callbacks { try callback.epochEnded(progress.history.epochs.last!, of: run) }
    }

    /// Whether the figure that is watched is the best so far.
    private func watch(_ figures: [NamedValue]) -> Bool {
        let name = earlyStopping?.metric ?? "loss"
        let figure = figures.first { $0.name == name }!.value
        let isBetterHigher = metrics.first { $0.name == name }?.isBetterHigher ?? false
        let change = earlyStopping?.minimumChange ?? 0
        plateau?.isBetterHigher = isBetterHigher
        plateau?.update(figure)
        let isBest = progress.best.map { isBetterHigher ? figure > $0 + change : figure < $0 - change } ?? !figure.isNaN
        guard isBest else {
            progress.epochsWithoutBetter += 1
            return false
        }
        progress.best = figure
        progress.bestEpoch = progress.epoch + 1
        progress.epochsWithoutBetter = 0
        if earlyStopping?.restoresBest == true {
            progress.bestWeights = averaging?.snapshot(of: model) ?? model.snapshot()
        }
        return true
    }

    /// At the end of a whole run the model is the one that was measured.
    private func giveMeasuredWeights(_ end: TrainingEnd) throws {
        if end == .interrupted { return }
        if earlyStopping?.restoresBest == true {
            if let best = progress.bestWeights { try model.restore(best) }
        } else if let averaging {
            try model.restore(averaging.snapshot(of: model))
        }
    }

    func beginMetrics() {
        trainingMetrics = isOnePass ? metrics : []
        for (index, key) in trainingMetrics.keys.enumerated() {
            trainingMetrics[index].reset()
            if let numbers = progress.metrics[key] {
                trainingMetrics[index].accumulated = numbers
            }
        }
        progress.metrics = [:]
    }
}
