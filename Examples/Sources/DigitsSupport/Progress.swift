import Cotangent
import Foundation

/// A line that says how training goes: rewritten in place on a terminal, now and then elsewhere.
public struct Progress {
    private let epochs: Int
    private let samplesPerEpoch: Int
    private let start = ContinuousClock.now
    private var epoch = 0
    private let isTerminal = isatty(STDOUT_FILENO) == 1

    public init(epochs: Int, samplesPerEpoch: Int) {
        self.epochs = epochs
        self.samplesPerEpoch = samplesPerEpoch
    }

    public mutating func epochEnded(loss: Double, accuracy: Double) {
        epoch += 1
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let rate = Double(epoch * samplesPerEpoch) / seconds
        let left = seconds / Double(epoch) * Double(epochs - epoch)
        let line = String(
            format: "epoch %2d/%d  loss %.4f  validation accuracy %@  %.0f samples/s  %.1f s left", epoch, epochs, loss,
            percent(accuracy), rate, left)
        if isTerminal {
            print("\r\u{1B}[K" + line, terminator: "")
            fflush(nil)
        } else if epoch % 10 == 0 || epoch == epochs {
            print(line)
        }
    }

    public func end() { if isTerminal { print() } }
}

public func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
