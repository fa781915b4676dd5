import CotangentData
import CotangentNN
import CotangentTensor

extension Trainer {
    /// Takes the steps of an epoch that are left.
    ///
    /// - Returns: false where the run was asked to stop.
    func takeEpoch<Training: BatchSource>(
        _ training: Training, _ run: TrainingRun
    ) throws -> Bool where Training.Batch == Batch {
        var batches = training.batches(epoch: progress.epoch, from: progress.batch)
        var sums = BatchSums()
        var start = ContinuousClock.now
        while true {
            let batch = try batches.next()
            if let batch { try take(batch, &sums) }
            if sums.batches == accumulation || (batch == nil && sums.batches > 0) {
                // Batches without samples are no step.
                if sums.samples == 0 {
                    progress.batch += sums.batches
                    progress.batchesTaken += sums.batches
                } else {
                    start = try step(sums, run, since: start)
                }
                sums = BatchSums()
                if stopSignal.isRequested { return false }
            }
            if batch == nil { return true }
        }
    }

    /// Adds a batch's loss and gradients to `sums`.
    private func take(_ batch: Batch, _ sums: inout BatchSums) throws {
        sums.batches += 1
        let samples = batch.count
        if samples == 0 { return }
        let (loss, gradients, result) = try pass(batch, progress.batchesTaken + sums.batches - 1)
        guard loss.isFinite else { throw error(.loss(loss)) }
        if !trainingMetrics.isEmpty { sums.passes.append(result) }
        sums.add(loss, gradients, samples, isAlone: accumulation == 1)
    }

    /// Loss, penalties included, and gradients of the batch with this number.
    func pass(_ batch: Batch, _ number: Int) throws -> (loss: Double, gradients: Gradients, result: ForwardPass) {
        // Of (seed, number) alone, whatever was drawn before: a run that is resumed draws the same.
        var generator = PhiloxGenerator(key: progress.seed ^ 0x5472_6169_6E65_7221, stream: UInt64(number))
        var result: ForwardPass?
        func take() throws -> (value: Tensor, gradients: Gradients) {
            try valueAndGradients(of: model, using: &generator) {
                let made = try forward(model, batch, false)
                result = made
                guard let penalty, penalty.isInLoss else { return made.loss }
                return made.loss + penalty.value(of: penalized).cast(to: made.loss.dtype)
            }
        }
        let (loss, gradients) = detectsAnomalies ? try detectingAnomalies(in: model, take) : try take()
        return (loss.item, gradients, result!)
    }

    /// - Returns: when it was taken.
    private func step(
        _ sums: BatchSums, _ run: TrainingRun, since start: ContinuousClock.Instant
    ) throws -> ContinuousClock.Instant {
        var gradients = sums.mean(isAlone: accumulation == 1)
        var norm: Double?
        if measuresGradientNorm { norm = gradients.norm }
        switch clipping {
        case .norm(let limit):
            let found = norm ?? gradients.norm
            norm = found
            let factor = limit / (found + 1e-6)
            if factor < 1 { gradients = gradients * factor }
        case .value(let limit): gradients = gradients.clipped(toValue: limit)
        case nil: break
        }
        if let norm, !norm.isFinite { throw error(.gradientNorm(norm)) }
        for callback in callbacks { try callback.gradientsTaken(gradients, step: progress.step + 1, of: run) }

        let factor = rateFactor
        progress.learningRate = optimizers[0].learningRate * factor
        update(gradients, factor)
        averaging?.update()

        for pass in sums.passes {
            for index in trainingMetrics.indices {
                trainingMetrics[index].update(pass.predictions!.detached, pass.targets!)
            }
        }
        let now = ContinuousClock.now
        let seconds = (now - start) / .seconds(1)
        progress.step += 1
        progress.batch += sums.batches
        progress.batchesTaken += sums.batches
        progress.lossSum += sums.lossSum
        progress.samples += sums.samples
        progress.seconds += seconds
        try save(.step)
        if callbacks.isEmpty { return now }
        let report = StepReport(
            epoch: progress.epoch + 1, step: progress.step,
            stepOfEpoch: (progress.batch + accumulation - 1) / accumulation,
            loss: sums.lossSum / Double(sums.samples), samples: sums.samples,
            learningRate: progress.learningRate, gradientNorm: norm, seconds: seconds)
        for callback in callbacks { try callback.stepEnded(report, of: run) }
        return now
    }

    /// What the optimizers' learning rates are multiplied by now.
    private var rateFactor: Double {
        let scale = plateau?.scale ?? 1
        guard let schedule else { return scale }
        return scale * schedule.factor(at: schedule.unit == .step ? progress.step : progress.epoch)
    }

    /// A step of all optimizers, their learning rates multiplied by `factor` meanwhile.
    func update(_ gradients: Gradients, _ factor: Double) {
        for optimizer in optimizers {
            let own = factor == 1 ? [] : optimizer.groups.map(\.learningRate)
            for index in own.indices { optimizer.groups[index].learningRate = own[index] * factor }
            optimizer.update(with: gradients)
            if let penalty, penalty.isProximal {
                for group in optimizer.groups {
                    for parameter in group.parameters where penalized.contains(where: { $0 === parameter }) {
                        penalty.shrink(parameter, learningRate: group.learningRate)
                    }
                }
            }
            for index in own.indices { optimizer.groups[index].learningRate = own[index] }
        }
    }

    private func error(_ reason: TrainingError.Reason) -> TrainingError {
        TrainingError(
            reason, epoch: progress.epoch + 1, step: progress.step + 1,
            learningRate: optimizers[0].learningRate * rateFactor)
    }
}

/// Batches on the way to one step.
private struct BatchSums {
    var batches = 0
    var samples = 0
    var lossSum = 0.0
    /// For the metrics, which take in what was trained on: behind the step, which may fail.
    var passes: [ForwardPass] = []
    private var gradients = Gradients()

    mutating func add(_ loss: Double, _ gradients: Gradients, _ samples: Int, isAlone: Bool) {
        self.samples += samples
        lossSum += loss * Double(samples)
        if isAlone { self.gradients = gradients } else { self.gradients += gradients * Double(samples) }
    }

    func mean(isAlone: Bool) -> Gradients { isAlone ? gradients : gradients / Double(samples) }
}
