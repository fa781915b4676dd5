import CotangentNN
import CotangentTensor

/// The weights that a model had when a figure was at its best: what early stopping goes back to, for a loop of one's own.
///
/// ```swift
/// var best = BestWeights(of: model)
/// for epoch in 1...epochs {
///     // …
///     best.keep(ifBetter: crossEntropy(model(x), y).item)    // of the validation set
/// }
/// best.restore()
/// ```
///
/// A ``Trainer`` with ``EarlyStopping`` does the same.
public struct BestWeights {
    /// The best so far; nil before any.
    public private(set) var figure: Double?
    private let model: any Module
    private let higherIsBetter: Bool
    private var weights: Snapshot?

    /// - Parameter higherIsBetter: whether the figure is like an accuracy, and not like a loss.
    public init(of model: any Module, higherIsBetter: Bool = false) {
        self.model = model
        self.higherIsBetter = higherIsBetter
    }

    /// Keeps the present weights where `figure` is better than all before it, and says whether it is. NaN never is.
    ///
    /// Keeping costs next to nothing: memory is shared until the next step.
    @discardableResult
    public mutating func keep(ifBetter figure: Double) -> Bool {
        if figure.isNaN { return false }
        if let best = self.figure, higherIsBetter ? figure <= best : figure >= best { return false }
        self.figure = figure
        weights = model.snapshot()
        return true
    }

    /// Gives the model the weights that were kept; where none were, it keeps those that it has. Traps where its
    /// parameters have been replaced by others since.
    public func restore() {
        guard let weights else { return }
        do {
            try model.restore(weights)
        } catch {
            fail("BestWeights.restore", "\(error)")
        }
    }
}
