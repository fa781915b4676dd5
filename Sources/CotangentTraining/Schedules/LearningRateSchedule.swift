import CotangentTensor

/// How the learning rate changes as training goes on: a function from the time, counted from 0, to the factor by which
/// the optimizer's learning rate is multiplied.
///
/// ```swift
/// trainer.schedule = .warmUp(steps: 100).then(.cosine(steps: 900))
/// trainer.schedule = .step(every: 10, by: 0.1).perEpoch
/// ```
///
/// Time is steps of the optimizer, or epochs where ``perEpoch`` says so. It is a pure function and keeps nothing, so a
/// plain loop uses it as well, and a run that is resumed goes on where it was:
///
/// ```swift
/// optimizer.learningRate = 0.1 * schedule.factor(at: step)
/// ```
///
/// The factors are those of PyTorch's `lr_scheduler`. What depends on how well training goes is ``ReduceOnPlateau``.
public struct LearningRateSchedule: Sendable {
    public enum Unit: String, Sendable { case step, epoch }

    /// What time is counted in.
    public private(set) var unit = Unit.step
    /// How long it takes, after which the factor stays as it is and ``then(_:)`` begins; nil where it goes on for ever.
    public let length: Int?
    private let function: @Sendable (Int) -> Double

    /// A function of the caller's own.
    public init(length: Int? = nil, _ factor: @escaping @Sendable (_ time: Int) -> Double) {
        self.length = length
        function = factor
    }

    /// The factor at `time`, from 0 on.
    public func factor(at time: Int) -> Double { function(time) }

    /// The same, counted in epochs instead of steps.
    public var perEpoch: LearningRateSchedule {
        var result = self
        result.unit = .epoch
        return result
    }

    /// This schedule as long as it takes, then `next`, whose time begins at 0 there: PyTorch's `SequentialLR`. A
    /// schedule that goes on for ever traps, as do steps before epochs.
    public func then(_ next: LearningRateSchedule) -> LearningRateSchedule {
        guard let length else {
            fail("LearningRateSchedule.then", "the schedule before it has no end: it needs a number of steps")
        }
        guard unit == next.unit else {
            fail("LearningRateSchedule.then", "one schedule counts in \(unit)s and the other in \(next.unit)s")
        }
        var result = LearningRateSchedule(length: next.length.map { length + $0 }) { time in
            time < length ? factor(at: time) : next.factor(at: time - length)
        }
        result.unit = unit
        return result
    }
}
