import CotangentTensor

/// The coefficient of determination, the share of the targets' variance that predictions explain:
/// R² = 1 − Σ (ŷ − y)² / Σ (y − ȳ)². 1 at best, 0 for predicting the mean, below it for worse.
///
/// Predictions and targets are alike, in floating point: [samples], or [..., outputs], where it is the mean over the
/// outputs. As in scikit-learn, an output whose targets are all the same has 1 where they are met exactly and 0
/// otherwise, and it takes two samples: with fewer it is NaN. Sums run in the order of the samples, so the value does
/// not depend on the batches.
public struct R2: Metric {
    public var name = "r2"
    public var isBetterHigher: Bool { true }
    private var outputs: [Output] = []

    private struct Output {
        var errors = RunningSum()
        /// Welford's mean, from the first target on: no digits are lost where it is large against the deviation.
        var first = 0.0
        var mean = 0.0
        var squares = RunningSum()

        mutating func add(_ prediction: Double, _ target: Double) {
            errors.add((prediction - target) * (prediction - target))
            if errors.count == 1 { first = target }
            let difference = target - first - mean
            mean += difference / Double(errors.count)
            squares.add(difference * (target - first - mean))
        }

        var value: Double {
            if errors.count < 2 { return .nan }
            if squares.total == 0 { return errors.total == 0 ? 1 : errors.total.isNaN ? .nan : 0 }
            return 1 - errors.total / squares.total
        }
    }

    public init() {}

    public mutating func update(_ predictions: Tensor, _ targets: Tensor) {
        let width = targets.rank < 2 ? 1 : targets.shape[targets.rank - 1]
        if outputs.isEmpty { outputs = [Output](repeating: Output(), count: width) }
        if width != outputs.count {
            fail(
                name,
                "the targets are \(targets.summary): there were \(outputs.count) outputs, along the last axis, before")
        }
        forEachPair(name, predictions, targets) { outputs[$0 % width].add($1, $2) }
    }

    public var value: Double { outputs.isEmpty ? .nan : perOutput.reduce(0, +) / Double(outputs.count) }

    /// That of each output.
    public var perOutput: [Double] { outputs.map(\.value) }

    public mutating func reset() { outputs = [] }

    public var accumulated: [Double] {
        get { outputs.flatMap { $0.errors.accumulated + [$0.first, $0.mean] + $0.squares.accumulated } }
        set {
            guard newValue.count.isMultiple(of: 8) else { return }
            outputs = stride(from: 0, to: newValue.count, by: 8).map { start in
                var output = Output()
                output.errors.accumulated = Array(newValue[start..<start + 3])
                output.first = newValue[start + 3]
                output.mean = newValue[start + 4]
                output.squares.accumulated = Array(newValue[start + 5..<start + 8])
                return output
            }
        }
    }
}
