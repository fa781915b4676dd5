import CotangentNN
import CotangentTensor

/// An average of a model's parameters in which steps long ago count ever less; it often does better than the last
/// step's.
///
/// a ← p at the first update, then a ← a + (1 − decay) (p − a): the arithmetic of PyTorch's `swa_utils` with
/// `get_ema_multi_avg_fn`. Buffers are not averaged.
///
/// ```swift
/// trainer.averaging = ExponentialMovingAverage(of: model, decay: 0.999)
/// ```
///
/// In a plain loop: `average.update()` behind each step, `average.standingIn { accuracy(model, x, y) }` to measure, and
/// `try model.restore(average.snapshot(of: model))` to keep.
public struct ExponentialMovingAverage: Sendable {
    public let decay: Double
    /// How many updates it has seen.
    public private(set) var count = 0
    private let parameters: [(name: String, parameter: Parameter)]
    private var values: [Tensor]

    /// Of the parameters as they are now, until the first update.
    public init<M: Module>(of model: M, decay: Double) {
        guard (0...1).contains(decay) else {
            fail("ExponentialMovingAverage", "the decay \(decay) is not within 0...1")
        }
        self.decay = decay
        parameters = model.namedParameters
        values = parameters.map(\.parameter.stored)
    }

    /// Takes in the parameters as they are now.
    public mutating func update() {
        for index in values.indices {
            let current = parameters[index].parameter.stored
            values[index] =
                count == 0 ? current : values[index] + (current - values[index]) * (1 - decay)
        }
        count += 1
    }

    /// Runs `body` with the averages in place of the parameters. The parameters themselves are not touched.
    public func standingIn<R>(_ body: () throws -> R) rethrows -> R {
        let pairs = zip(parameters, values).map { (ObjectIdentifier($0.parameter), $1) }
        return try Scope.run(configure: { $0.overrides = Dictionary(uniqueKeysWithValues: pairs) }) { _ in
            try body()
        }
    }

    /// The averages, and the buffers of `model` as they are.
    public func snapshot(of model: some Module) -> Snapshot {
        var result = model.snapshot()
        for (entry, value) in zip(parameters, values) { result[entry.name] = value }
        return result
    }

    /// The averages alone, by name.
    var averages: Snapshot { Snapshot(zip(parameters, values).map { ($0.name, $1) }) }

    /// What does not fit, or nil, where they were taken over.
    mutating func restore(_ averages: Snapshot, count: Int) -> String? {
        guard averages.count == parameters.count else {
            return "it has the averages of \(averages.count) parameters, the model \(parameters.count)"
        }
        for (name, parameter) in parameters {
            guard let value = averages[name], value.shape == parameter.shape, value.dtype == parameter.dtype else {
                return
                    "the average of '\(name)' is \(averages[name]?.summary ?? "missing"), the parameter \(parameter.stored.summary)"
            }
        }
        values = parameters.map { averages[$0.name]! }
        self.count = count
        return nil
    }
}
