/// Lowers the learning rate when a figure has got no better for a while. PyTorch's `ReduceLROnPlateau`.
///
/// ```swift
/// trainer.plateau = ReduceOnPlateau(patience: 3)
/// ```
///
/// In a plain loop:
///
/// ```swift
/// var plateau = ReduceOnPlateau(patience: 3)
/// for epoch in 0..<50 { …; optimizer.learningRate = 0.1 * plateau.update(validationLoss) }
/// ```
public struct ReduceOnPlateau: Sendable {
    /// How a change is measured against `threshold`.
    public enum ThresholdMode: Sendable {
        /// As a share of the best figure so far.
        case relative
        case absolute
    }

    /// What the learning rate is multiplied by.
    public var factor: Double
    /// How many epochs without a better figure are let pass.
    public var patience: Int
    /// How much better counts as better.
    public var threshold: Double
    public var thresholdMode: ThresholdMode
    /// How many epochs are not counted behind a reduction.
    public var cooldown: Int
    /// ``scale`` does not go below.
    public var minimum: Double
    public var isBetterHigher: Bool
    /// Plain values, for checkpoints.
    public var state = State()

    public struct State: Sendable, Equatable {
        /// What the learning rate is to be multiplied by now.
        public var scale = 1.0
        /// nil before the first figure.
        public var best: Double?
        public var badEpochs = 0
        public var cooldownLeft = 0

        public init() {}
    }

    public init(
        factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, thresholdMode: ThresholdMode = .relative,
        cooldown: Int = 0, minimum: Double = 0, isBetterHigher: Bool = false
    ) {
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.thresholdMode = thresholdMode
        self.cooldown = cooldown
        self.minimum = minimum
        self.isBetterHigher = isBetterHigher
    }

    /// What the learning rate is to be multiplied by now.
    public var scale: Double { state.scale }

    /// Takes in an epoch's figure. A NaN is no better than anything.
    ///
    /// - Returns: ``scale``.
    @discardableResult
    public mutating func update(_ figure: Double) -> Double {
        if isBetter(figure) {
            state.best = figure
            state.badEpochs = 0
        } else {
            state.badEpochs += 1
        }
        if state.cooldownLeft > 0 {
            state.cooldownLeft -= 1
            state.badEpochs = 0
        }
        if state.badEpochs > patience {
            state.scale = Swift.max(state.scale * factor, minimum)
            state.cooldownLeft = cooldown
            state.badEpochs = 0
        }
        return scale
    }

    private func isBetter(_ figure: Double) -> Bool {
        guard let best = state.best else { return !figure.isNaN }
        let margin = thresholdMode == .relative ? best * threshold : threshold
        // PyTorch's: a share of the figure itself, not of its size, so that figures below 0 are measured against less.
        return isBetterHigher ? figure > best + margin : figure < best - margin
    }
}
