import Cotangent
import TestSupport

/// training.json, and what training.py computes by formulas.
struct TrainingFixture: Decodable {
    struct Run: Decodable {
        let losses: [Double]
        let rates: [Double]
        let norms: [Double]
        let validation: [Double]
        let average: [[Double]]
        let last: [[Double]]
    }
    struct Fit: Decodable {
        let weight: [Double]
        let bias: Double
    }
    struct Linear: Decodable {
        let x: [Double]
        let y: [Double]
        let lasso: Fit
        let elasticNet: Fit
    }
    let float32: Run
    let float64: Run
    let linear: Linear

    static let all: TrainingFixture = try! Fixtures.decoded("training.json")

    private static func noise(_ index: Int, _ salt: Int, _ count: Int) -> Int {
        var h = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ salt &* 2_246_822_519)
        h ^= h >> 15
        h &*= 3_266_489_917
        return Int(h >> 16) % count
    }

    /// `digits_like` of training.py, the batches one behind the other.
    static func samples(_ batches: Range<Int>, _ dtype: DType = .float32) -> Samples {
        let rows = batches.lowerBound * 32..<batches.upperBound * 32
        let labels = rows.map { noise($0, 1, 10) }
        var x: [Double] = []
        for (row, label) in zip(rows, labels) {
            for j in 0..<64 {
                let value = noise(label * 64 + j, 2, 17) + noise(row * 64 + j, 3, 9) - 4
                x.append(Double(Swift.min(16, Swift.max(0, value))) / 16)
            }
        }
        return Samples(x: Tensor(x, shape: [rows.count, 64]).cast(to: dtype), y: Tensor(labels))
    }

    static func network(_ dtype: DType = .float32) -> Sequential {
        func weights(_ salt: Int, _ shape: Shape) -> Tensor {
            let values = (0..<shape.elementCount).map { Double(noise($0, 10 + salt, 257) - 128) / 1024 }
            return Tensor(values, shape: shape).cast(to: dtype)
        }
        return Sequential {
            Cotangent.Linear(weight: weights(0, [32, 64]), bias: weights(1, [32]))
            ReLU()
            Cotangent.Linear(weight: weights(2, [10, 32]), bias: weights(3, [10]))
        }
    }

    /// In their own order.
    static func loader(_ batches: Range<Int>, _ dtype: DType = .float32, size: Int = 32) -> DataLoader<TensorDataset> {
        DataLoader(TensorDataset(samples(batches, dtype)), batchSize: size, shuffle: false, prefetch: 0)
    }
}

/// Keeps what it is told, in short.
final class Recorder: TrainingCallback {
    var events: [String] = []
    var steps: [StepReport] = []
    var end: TrainingEnd?
    var onStep: (StepReport) throws -> Void = { _ in }
    var onEpoch: (EpochReport) throws -> Void = { _ in }

    func trainingBegan(_ run: TrainingRun) { events.append("began \(run.stepsBefore)") }
    func stepEnded(_ step: StepReport, of run: TrainingRun) throws {
        events.append("step \(step.epoch).\(step.stepOfEpoch)")
        steps.append(step)
        try onStep(step)
    }
    func epochEnded(_ epoch: EpochReport, of run: TrainingRun) throws {
        events.append("epoch \(epoch.epoch)")
        try onEpoch(epoch)
    }
    func trainingEnded(_ end: TrainingEnd, of run: TrainingRun) {
        events.append("ended")
        self.end = end
    }
}

struct Refusal: Error, CustomStringConvertible { var description: String { "refused" } }

extension History {
    /// Without times, which differ from run to run.
    var timeless: History {
        History(
            epochs: epochs.map { epoch in
                var epoch = epoch
                epoch.seconds = 0
                return epoch
            })
    }
}
