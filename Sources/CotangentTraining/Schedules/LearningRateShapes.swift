import CotangentTensor

extension LearningRateSchedule {
    /// `factor` for so many steps: PyTorch's `ConstantLR`.
    public static func constant(_ factor: Double = 1, steps: Int? = nil) -> LearningRateSchedule {
        requirePositive("constant", steps)
        return LearningRateSchedule(length: steps) { _ in factor }
    }

    /// Multiplied by `factor` after every `every` steps: factor^⌊t/every⌋, `StepLR`.
    public static func step(every: Int, by factor: Double = 0.1) -> LearningRateSchedule {
        requirePositive("step", every)
        return LearningRateSchedule { power(factor, Double($0 / every)) }
    }

    /// Multiplied by `factor` at each of the times `at`: `MultiStepLR`.
    public static func multiStep(at milestones: [Int], by factor: Double = 0.1) -> LearningRateSchedule {
        LearningRateSchedule { time in power(factor, Double(milestones.count { $0 <= time })) }
    }

    /// factorᵗ: `ExponentialLR`.
    public static func exponential(by factor: Double) -> LearningRateSchedule {
        LearningRateSchedule { power(factor, Double($0)) }
    }

    /// In a straight line from one factor to another: `LinearLR`.
    public static func linear(steps: Int, from start: Double = 1, to end: Double = 0) -> LearningRateSchedule {
        requirePositive("linear", steps)
        return LearningRateSchedule(length: steps) { start + (end - start) * Double(min($0, steps)) / Double(steps) }
    }

    /// In a straight line from `from` to 1 (Goyal et al., 2017). Behind it the factor is 1 until ``then(_:)`` says
    /// otherwise.
    public static func warmUp(steps: Int, from start: Double = 0.1) -> LearningRateSchedule {
        linear(steps: steps, from: start, to: 1)
    }

    /// (1 − t/steps)^power, then 0: `PolynomialLR`.
    public static func polynomial(steps: Int, power exponent: Double = 1) -> LearningRateSchedule {
        requirePositive("polynomial", steps)
        return LearningRateSchedule(length: steps) { time in
            power(1 - Double(min(time, steps)) / Double(steps), exponent)
        }
    }

    /// Half a wave of the cosine from 1 down to `to`: to + (1 − to) (1 + cos(π t/steps))/2 (Loshchilov and Hutter,
    /// 2017). Behind `steps` it stays there, where PyTorch's `CosineAnnealingLR` rises again.
    public static func cosine(steps: Int, to end: Double = 0) -> LearningRateSchedule {
        requirePositive("cosine", steps)
        return LearningRateSchedule(length: steps) {
            halfWave(from: 1, to: end, Double(min($0, steps)) / Double(steps))
        }
    }

    /// The same again and again, each time from 1, and each time `multiplier` times as long as the time before:
    /// `CosineAnnealingWarmRestarts`.
    public static func cosineRestarts(first steps: Int, multiplier: Int = 1, to end: Double = 0) -> LearningRateSchedule
    {
        requirePositive("cosineRestarts", steps)
        requirePositive("cosineRestarts", multiplier)
        return LearningRateSchedule { time in
            var (start, length) = (0, steps)
            if multiplier == 1 {
                start = time / steps * steps
            } else {
                while time - start >= length {
                    start += length
                    length *= multiplier
                }
            }
            return halfWave(from: 1, to: end, Double(time - start) / Double(length))
        }
    }

    /// One cycle (Smith and Topin, 2018): from 1/divisor up to 1 within the share `rising` of the steps, then down to
    /// 1/(divisor · finalDivisor), in waves of the cosine or, with `isLinear`, in lines. The optimizer's learning rate
    /// is the largest. PyTorch's `OneCycleLR`, without its cycle of the momentum; with `threePhases` it goes down to
    /// the beginning as fast as it came up, and from there to the end.
    public static func oneCycle(
        steps: Int, rising: Double = 0.3, divisor: Double = 25, finalDivisor: Double = 1e4, isLinear: Bool = false,
        threePhases: Bool = false
    ) -> LearningRateSchedule {
        requirePositive("oneCycle", steps)
        guard (0...1).contains(rising) else { fail("oneCycle", "the share \(rising) is not within 0...1") }
        let (first, last) = (1 / divisor, 1 / divisor / finalDivisor)
        let top = rising * Double(steps) - 1
        let turns: [(end: Double, from: Double, to: Double)] =
            threePhases
            ? [(top, first, 1), (2 * top, 1, first), (Double(steps) - 1, first, last)]
            : [(top, first, 1), (Double(steps) - 1, 1, last)]
        return LearningRateSchedule(length: steps) { time in
            let time = Double(min(time, steps - 1))
            var start = 0.0
            for (index, turn) in turns.enumerated() {
                if time <= turn.end || index == turns.count - 1 {
                    let share = turn.end > start ? (time - start) / (turn.end - start) : 1
                    return isLinear
                        ? turn.from + (turn.to - turn.from) * share : halfWave(from: turn.from, to: turn.to, share)
                }
                start = turn.end
            }
            return last
        }
    }

    private static func requirePositive(_ name: String, _ steps: Int?) {
        if let steps, steps <= 0 { fail("LearningRateSchedule.\(name)", "\(steps) steps: they must be positive") }
    }
}

private func halfWave(from start: Double, to end: Double, _ share: Double) -> Double {
    end + (start - end) * (1 + cosine(halfTurns: share)) / 2
}
