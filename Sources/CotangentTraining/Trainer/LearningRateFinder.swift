import CotangentData
import CotangentNN
import CotangentTensor

/// How the loss goes as the learning rate rises: see ``Trainer/findLearningRate(_:from:to:steps:)``.
public struct LearningRateCurve: Sendable, Equatable {
    /// Of each step that was tried, up to where the loss ran away.
    public let learningRates: [Double]
    /// Of the batch, before its step.
    public let losses: [Double]
    /// The losses as a running mean in which each step back counts for 0.9 of the one behind it.
    public let smoothed: [Double]
    /// The learning rate at which the smoothed loss fell most, as a function of the rate's logarithm; nil where it did
    /// not fall. Look at the curve before relying on it.
    public let suggestion: Double?

    fileprivate init(_ sweep: Sweep) {
        (learningRates, losses, smoothed) = (sweep.rates, sweep.losses, sweep.smoothed)
        // The rates are evenly spaced by their logarithms. The first means are of few losses and say little.
        let means = smoothed
        let lowest = means.indices.min { means[$0] < means[$1] } ?? 0
        let places = means.indices.filter { $0 >= 5 && $0 <= lowest && $0 + 1 < means.count }
        let slope = { (place: Int) in means[place + 1] - means[place - 1] }
        suggestion = places.min { slope($0) < slope($1) }.flatMap { slope($0) < 0 ? sweep.rates[$0] : nil }
    }
}

extension Trainer {
    /// Tries learning rates from small to large, each for one step, evenly by their logarithms, and stops where the
    /// loss is NaN or the smoothed one four times its lowest (Smith, "Cyclical learning rates for training neural
    /// networks", 2017, §3.3). Model, optimizers and this trainer are afterwards as they were.
    ///
    /// ```swift
    /// let curve = try trainer.findLearningRate(loader)
    /// optimizer.learningRate = curve.suggestion ?? 0.001
    /// ```
    /// The rate is that of the first group of the first optimizer; the others keep their ratio to it. Penalties count,
    /// schedule and accumulation do not.
    public func findLearningRate<Source: BatchSource>(
        _ source: Source, from lowest: Double = 1e-6, to highest: Double = 10, steps: Int = 100
    ) throws -> LearningRateCurve where Source.Batch == Batch {
        guard lowest > 0, highest > lowest, steps > 1 else {
            fail(
                "Trainer.findLearningRate", "from \(lowest) to \(highest) in \(steps) steps: it must rise, from above 0"
            )
        }
        penalized = penalty?.parameters(of: model) ?? []
        let (weights, states) = (model.snapshot(), optimizers.map(\.state))
        let first = optimizers[0].learningRate
        guard first > 0 else { fail("Trainer.findLearningRate", "the optimizer's learning rate is \(first)") }
        let ratio = power(highest / lowest, 1 / Double(steps - 1))
        var sweep = Sweep()
        let result = Result {
            try forEachBatch(source, steps) { batch, number in
                let rate = lowest * power(ratio, Double(number))
                let (loss, gradients, _) = try pass(batch, number)
                guard loss.isFinite else { return false }
                sweep.add(rate, loss)
                if sweep.hasRunAway { return false }
                update(gradients, rate / first)
                return true
            }
        }
        try model.restore(weights)
        for (optimizer, state) in zip(optimizers, states) { try optimizer.restore(state) }
        try result.get()
        return LearningRateCurve(sweep)
    }

    /// Epoch after epoch, until `count` were seen or `body` has enough.
    private func forEachBatch<Source: BatchSource>(
        _ source: Source, _ count: Int, _ body: (Batch, Int) throws -> Bool
    ) throws where Source.Batch == Batch {
        var (number, epoch) = (0, 0)
        while true {
            var batches = source.batches(epoch: epoch, from: 0)
            let before = number
            while let batch = try batches.next() {
                if batch.count == 0 { continue }
                guard try body(batch, number) else { return }
                number += 1
                if number == count { return }
            }
            if number == before { fail("Trainer.findLearningRate", "there are no samples") }
            epoch += 1
        }
    }
}

private struct Sweep {
    private(set) var rates: [Double] = []
    private(set) var losses: [Double] = []
    private(set) var smoothed: [Double] = []
    private var mean = RecentMean()
    private var lowest = Double.infinity

    var hasRunAway: Bool { mean.value > lowest + 3 * Swift.abs(lowest) }

    mutating func add(_ rate: Double, _ loss: Double) {
        mean.take(loss)
        rates.append(rate)
        losses.append(loss)
        smoothed.append(mean.value)
        lowest = Swift.min(lowest, mean.value)
    }
}
