/// Shows how training goes: in a terminal a line that is drawn anew, elsewhere plain lines.
///
/// ```swift
/// trainer.callbacks.append(ProgressBar())
/// ```
/// ```
/// Epoch  1/12  loss 1.213  accuracy 0.6500  │  validation loss 1.000  accuracy 0.7000  2.10 s  ★ best
/// Epoch  2/12  │█████████████████████████▌              │   96/150  loss 0.9077  3,168 samples/s  21 s left
/// ```
///
/// The moving line is drawn at most ten times a second. Its loss and speed are means in which each step counts for less
/// the longer ago it was, by a factor of 0.9 a step; the time left is that of the whole run, its validations included
/// as far as they were seen. Every epoch leaves a line with its figures, marked where the one that is watched is the
/// best so far. What does not fit the terminal's width is left out, and a window may be resized.
///
/// In a pipe, a file, a terminal with `TERM=dumb`, or where `CI` is set, there are no control characters: a line an
/// epoch, and within a long one a line every 30 seconds. `NO_COLOR` is heeded, and where the locale is not UTF-8
/// everything is ASCII. All goes to standard error, so that standard output is the program's; what cannot be written is
/// dropped, and training goes on.
public final class ProgressBar: TrainingCallback {
    private let terminal: Terminal
    private let secondsBetweenDrawings = 0.1
    private let secondsBetweenLines = 30.0

    private var start = 0.0
    /// Steps in this session: resumed runs have others before.
    private var steps = 0
    private var stepsPerEpoch: Int?
    private var loss = RecentMean()
    private var samples = RecentMean()
    private var seconds = RecentMean()
    private var place: (epoch: Int, step: Int) = (0, 0)
    private var best: Int?
    /// When something was shown last.
    private var shown = 0.0
    /// How many columns the moving line takes; 0 where there is none.
    private var drawn = 0
    /// How long a validation takes, and when the last one began.
    private var validation = Double.infinity
    private var lastStep: Double?
    private var lastStepOfEpoch: Int?

    /// On an open file: 2 is standard error, 1 standard output.
    public init(descriptor: Int32 = 2) { terminal = Terminal(descriptor: descriptor) }

    package init(_ terminal: Terminal) { self.terminal = terminal }

    public func trainingBegan(_ run: TrainingRun) {
        start = terminal.now()
        shown = terminal.redraws ? -.infinity : start
        steps = 0
        stepsPerEpoch = run.stepsPerEpoch
        (loss, samples, seconds) = (RecentMean(), RecentMean(), RecentMean())
        place = (0, run.stepsBefore)
        (best, validation, lastStep) = (nil, .infinity, nil)
    }

    public func stepEnded(_ step: StepReport, of run: TrainingRun) {
        steps += 1
        place = (step.epoch, step.step)
        loss.take(step.loss)
        samples.take(Double(step.samples))
        seconds.take(step.seconds)
        let now = terminal.now()
        // What the epoch before had is a guess: from the step on that shows it to be wrong there is none.
        if run.stepsPerEpoch == nil, let known = stepsPerEpoch, step.stepOfEpoch > known { stepsPerEpoch = nil }
        let endsEpoch = run.stepsPerEpoch == step.stepOfEpoch
        lastStep = now
        lastStepOfEpoch = step.stepOfEpoch
        // Nothing is heard of a validation before it has ended: it is announced where it takes long.
        let isValidating = endsEpoch && !run.validationNames.isEmpty && validation > secondsBetweenDrawings
        if terminal.redraws {
            guard isValidating || now - shown >= secondsBetweenDrawings else { return }
            shown = now
            draw(line(step, run, now, isValidating))
        } else if now - shown >= secondsBetweenLines, !endsEpoch {
            shown = now
            put(plainLine(line(step, run, now, false)))
        }
    }

    public func epochEnded(_ epoch: EpochReport, of run: TrainingRun) {
        let now = terminal.now()
        if let lastStep { validation = now - lastStep }
        if run.stepsPerEpoch == nil { stepsPerEpoch = lastStepOfEpoch }
        if epoch.isBest { best = epoch.epoch }
        if !terminal.redraws { shown = now }
        put(
            EpochLine(report: epoch, epochs: run.epochs).text(
                width: terminal.redraws ? terminal.width() : nil, isUnicode: terminal.isUnicode,
                hasColor: terminal.hasColor))
    }

    public func trainingEnded(_ end: TrainingEnd, of run: TrainingRun) {
        let time = duration(terminal.now() - start)
        let moment = steps == 0 ? "before the first step" : "in epoch \(place.epoch), after step \(place.step)"
        switch end {
        case .allEpochs:
            put("\(counted(run.epochs, "epoch")) in \(time)\(best.map { "; the best was epoch \($0)" } ?? "")")
        case .stoppedEarly(let bestEpoch):
            put("Stopped early after epoch \(place.epoch), \(time): the weights are those of epoch \(bestEpoch)")
        case .interrupted: put("Interrupted \(moment), \(time)")
        case .failed(let message):
            put("Failed \(moment), \(time): \(message)")
        }
    }

    // MARK: Lines

    private func line(_ step: StepReport, _ run: TrainingRun, _ now: Double, _ isValidating: Bool) -> ProgressLine {
        let left = stepsPerEpoch.map { perEpoch in
            let stepsLeft = (run.epochs - step.epoch) * perEpoch + perEpoch - step.stepOfEpoch
            return Double(stepsLeft) * (now - start) / Double(steps)
        }
        return ProgressLine(
            epoch: step.epoch, epochs: run.epochs, step: step.stepOfEpoch, steps: stepsPerEpoch, loss: loss.value,
            rate: samples.value / seconds.value, secondsLeft: left, isValidating: isValidating)
    }

    private func plainLine(_ line: ProgressLine) -> String {
        let count = line.steps.map { "step \(line.step)/\($0)" } ?? "step \(line.step)"
        let left = line.secondsLeft.map { ", \(roughDuration($0)) left" } ?? ""
        return
            "Epoch \(aligned(line.epoch, line.epochs))/\(line.epochs): \(count), loss \(figure(line.loss)), \(rate(line.rate)) samples/s\(left)"
    }

    /// In one write, so that nobody sees half of it.
    private func draw(_ line: ProgressLine) {
        // The last column stays free: some terminals go on to the next line when it is written.
        let width = terminal.width() - 1
        let plain = line.text(width: width, isUnicode: terminal.isUnicode, hasColor: false)
        let text =
            terminal.hasColor ? line.text(width: width, isUnicode: terminal.isUnicode, hasColor: true) : plain
        terminal.write(toStart() + text + "\u{1B}[K")
        drawn = plain.count
    }

    /// A line that stays, in place of the moving one.
    private func put(_ line: String) {
        if !terminal.redraws { return terminal.write(line + "\n") }
        terminal.write("\(drawn > 0 ? toStart() + "\u{1B}[K" : "")\(line)\n")
        drawn = 0
    }

    /// To the first column of the moving line. In a window that has become narrower it fills several rows, which are
    /// erased.
    private func toStart() -> String {
        let rows = (Swift.max(drawn, 1) - 1) / Swift.max(terminal.width(), 1)
        return rows > 0 ? "\u{1B}[\(rows)A\r\u{1B}[J" : "\r"
    }
}
