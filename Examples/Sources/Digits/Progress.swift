import Cotangent
import ExampleSupport
import Foundation

/// A line that says how training goes: rewritten in place on a terminal, now and then elsewhere. It keeps what it was told.
struct Progress {
    private(set) var history = History()
    private let epochs: Int
    private let samplesPerEpoch: Int
    private let start = ContinuousClock.now
    private var epoch = 0
    private var total = 0.0
    private let isTerminal = isatty(STDOUT_FILENO) == 1

    init(epochs: Int, samplesPerEpoch: Int) {
        self.epochs = epochs
        self.samplesPerEpoch = samplesPerEpoch
    }

    /// - Parameter losses: of the epoch's steps.
    mutating func epochEnded(
        _ losses: [Double], validation: (loss: Double, accuracy: Double), learningRate: Double, isBest: Bool
    ) {
        let loss = losses.reduce(0, +) / Double(losses.count)
        epoch += 1
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        history.epochs.append(
            EpochReport(
                epoch: epoch, step: epoch * losses.count, training: [NamedValue("loss", loss)],
                validation: [NamedValue("loss", validation.loss), NamedValue("accuracy", validation.accuracy)],
                learningRate: learningRate, seconds: seconds - total, isBest: isBest))
        total = seconds
        let rate = Double(epoch * samplesPerEpoch) / seconds
        let left = seconds / Double(epoch) * Double(epochs - epoch)
        let line = String(
            format: "epoch %2d/%d  loss %.4f  validation accuracy %@  %.0f samples/s  %.1f s left", epoch, epochs, loss,
            percent(validation.accuracy), rate, left)
        if isTerminal {
            print("\r\u{1B}[K" + line, terminator: "")
            fflush(nil)
        } else if epoch % 10 == 0 || epoch == epochs {
            print(line)
        }
    }

    /// Says how long all epochs took.
    func end() {
        if isTerminal { print() }
        print(String(format: "%d epochs: %.2f s", epochs, total))
    }
}
