import CotangentNN

/// Follows a training run: draws progress, writes logs, saves what it likes.
///
/// All functions are called on the thread that trains, in the order in which things happen; the default ones do
/// nothing. What they throw ends the run, behind a step that is whole.
public protocol TrainingCallback: AnyObject {
    /// Before the first step, also of a run that is resumed.
    func trainingBegan(_ run: TrainingRun) throws
    /// Before every step of the optimizer, with the gradients that it is about to use.
    func gradientsTaken(_ gradients: Gradients, step: Int, of run: TrainingRun) throws
    /// Behind every step of the optimizer.
    func stepEnded(_ step: StepReport, of run: TrainingRun) throws
    /// Behind every epoch and its validation.
    func epochEnded(_ epoch: EpochReport, of run: TrainingRun) throws
    /// At the end, whatever it was; the run's last call.
    func trainingEnded(_ end: TrainingEnd, of run: TrainingRun) throws
}

extension TrainingCallback {
    public func trainingBegan(_ run: TrainingRun) throws {}
    public func gradientsTaken(_ gradients: Gradients, step: Int, of run: TrainingRun) throws {}
    public func stepEnded(_ step: StepReport, of run: TrainingRun) throws {}
    public func epochEnded(_ epoch: EpochReport, of run: TrainingRun) throws {}
    public func trainingEnded(_ end: TrainingEnd, of run: TrainingRun) throws {}
}
