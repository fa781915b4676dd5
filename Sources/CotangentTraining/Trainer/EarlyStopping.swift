/// Ends a run when validation has got no better for a while: the lecture's use of the validation set.
///
/// ```swift
/// trainer.earlyStopping = EarlyStopping(patience: 10)
/// trainer.earlyStopping = EarlyStopping(patience: 10, metric: "accuracy")
/// ```
public struct EarlyStopping: Sendable, Equatable {
    /// How many epochs without a better figure are let pass; `.max` for a run that takes all its epochs and then goes
    /// back to the best.
    public var patience: Int
    /// A figure is better where it differs by more than this from the best so far.
    public var minimumChange: Double
    /// The figure of validation that is watched: "loss" or a metric's name.
    public var metric: String
    /// Whether the weights of the best epoch are put back at the end of the run, also where it took all its epochs. A
    /// run that was interrupted keeps its last ones, to go on from them.
    public var restoresBest: Bool

    public init(
        patience: Int, minimumChange: Double = 0, metric: String = "loss", restoresBest: Bool = true
    ) {
        self.patience = patience
        self.minimumChange = minimumChange
        self.metric = metric
        self.restoresBest = restoresBest
    }
}
