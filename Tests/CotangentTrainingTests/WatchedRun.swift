import Cotangent
import CotangentTraining

/// A terminal that keeps what is written, with a clock that tests set.
final class FakeTerminal {
    var written: [String] = []
    var time = 0.0
    var columns = 80

    func terminal(redraws: Bool = true, isUnicode: Bool = true, hasColor: Bool = false) -> Terminal {
        Terminal(
            redraws: redraws, isUnicode: isUnicode, hasColor: hasColor, width: { self.columns },
            now: { self.time }, write: { self.written.append($0) })
    }

    /// What was written since this was asked last.
    func taken() -> [String] {
        defer { written = [] }
        return written
    }
}

struct EmptyModel: Module {}

func run(
    epochs: Int = 3, steps: Int? = 4, before: Int = 0, metrics: [String] = [], validation: [String] = []
) -> TrainingRun {
    TrainingRun(
        epochs: epochs, stepsPerEpoch: steps, stepsBefore: before, metricNames: metrics, validationNames: validation,
        model: EmptyModel())
}

func step(
    _ step: Int, of steps: Int = 4, loss: Double = 0.5, samples: Int = 32, seconds: Double = 0.5, norm: Double? = nil
) -> StepReport {
    StepReport(
        epoch: (step - 1) / steps + 1, step: step, stepOfEpoch: (step - 1) % steps + 1, loss: loss, samples: samples,
        learningRate: 0.001, gradientNorm: norm, seconds: seconds)
}

func epoch(
    _ epoch: Int, of steps: Int = 4, training: [NamedValue] = [NamedValue("loss", 0.5)], validation: [NamedValue] = [],
    seconds: Double = 2, isBest: Bool = false
) -> EpochReport {
    EpochReport(
        epoch: epoch, step: epoch * steps, training: training, validation: validation, learningRate: 0.001,
        seconds: seconds, isBest: isBest)
}
