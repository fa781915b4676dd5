import CotangentTensor

/// What each layer of a model costs, as ``profile(of:mode:runs:_:)`` measures it. Printed, it is a table.
public struct ModelProfile: Sendable, CustomStringConvertible {
    public struct Row: Sendable {
        /// The layer's name in the model: "body.0". Empty for what belongs to no layer.
        public let name: String
        /// What it is: "Linear(64 → 128)".
        public let layer: String
        /// How often it ran.
        public internal(set) var calls = 0
        /// Seconds on the way forward, all calls together.
        public internal(set) var forward = 0.0
        /// Seconds on the way back; what a checkpoint runs again is among them.
        public internal(set) var backward = 0.0
        /// The memory of its outputs, which mostly lasts until the way back.
        public internal(set) var outputBytes = 0
        /// How many numbers in it are trained or frozen. 0 where an earlier row has counted them.
        public internal(set) var parameterCount = 0

        init(name: String, layer: String) {
            self.name = name
            self.layer = layer
        }
    }

    /// The layers in the order in which they first ran.
    public internal(set) var rows: [Row]
    /// The code that belongs to no layer: the loss, and what the model computes between its layers.
    public internal(set) var other: Row
    /// Over how many runs the times are means.
    public let runs: Int

    /// Seconds of one run.
    public var forward: Double { rows.reduce(other.forward) { $0 + $1.forward } }
    public var backward: Double { rows.reduce(other.backward) { $0 + $1.backward } }

    public var description: String {
        let whole = forward + backward
        func cells(_ row: Row) -> [String] {
            let share = whole > 0 ? 100 * (row.forward + row.backward) / whole : 0
            return [
                row.name, row.layer, row.calls == 0 ? "" : "\(row.calls)", time(row.forward), time(row.backward),
                "\(Int((10 * share).rounded()) / 10).\(Int((10 * share).rounded()) % 10) %",
                row.calls == 0 ? "" : grouped(row.outputBytes),
                row.parameterCount == 0 ? "" : grouped(row.parameterCount),
            ]
        }
        var total = Row(name: "", layer: "all")
        for row in rows + [other] {
            total.forward += row.forward
            total.backward += row.backward
            total.outputBytes += row.outputBytes
            total.parameterCount += row.parameterCount
            total.calls += row.calls
        }
        let head = ["Name", "Layer", "Calls", "Forward", "Backward", "Share", "Output bytes", "Parameters"]
        let (lines, width) = alignedColumns([head] + (rows + [other, total]).map(cells), rightFrom: 2)
        let rule = String(repeating: "─", count: width)
        return ([lines[0], rule] + lines[1..<(lines.count - 1)] + [rule, lines.last!]).joined(separator: "\n")
    }

    /// 0.00123456 as "1.23 ms".
    private func time(_ seconds: Double) -> String {
        let units = [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)]
        let (unit, size) = units.first { seconds >= $0.1 } ?? units[2]
        let value = seconds / size
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
        let scale = [1, 10, 100][digits]
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = "\(scaled % scale + scale)".dropFirst()
        return digits == 0 ? "\(scaled) \(unit)" : "\(scaled / scale).\(fraction) \(unit)"
    }
}

/// Where the time goes when a model is trained on the loss that `body` returns: for each layer how long it takes forward
/// and backward, how often it runs, and the memory of its outputs.
///
/// ```swift
/// print(profile(of: model) { crossEntropy(model(x), labels) })
/// ```
/// `body` runs once so that memory and caches are warm, then `runs` times, over which times are means. Parameters and
/// buffers stay as they are. In `.inference` mode only the way forward is measured, and `body` may return any tensor.
///
/// Backward, the time of an operation goes to the layer that recorded it. A layer without parameters begins where the one
/// before it ended, as far as the model's own code between them does nothing that is a layer. Layers that a `Sequential`
/// would run as one operation, a `Linear` and the `ReLU` behind it, run one after the other here, so that each is seen.
public func profile<M: Module>(
    of model: M, mode: Mode = .training, runs: Int = 5, _ body: () throws -> Tensor
) rethrows -> ModelProfile {
    try measure(model, mode, runs) { _ = try $0 ? valueAndGradients(of: model, mode: mode, body).value : body() }
}

/// The same with randomness for the layers that draw: dropout, say.
public func profile<M: Module>(
    of model: M, mode: Mode = .training, runs: Int = 5, using generator: inout PhiloxGenerator,
    _ body: () throws -> Tensor
) rethrows -> ModelProfile {
    let random = generator.nextRandomState()
    return try measure(model, mode, runs, random) {
        _ = try $0 ? valueAndGradients(of: model, mode: mode, body).value : body()
    }
}

private func measure<M: Module>(
    _ model: M, _ mode: Mode, _ runs: Int, _ random: RandomState? = nil, _ run: (_ backward: Bool) throws -> Void
) rethrows -> ModelProfile {
    guard runs > 0 else { fail("profile", "\(runs) runs: at least one is wanted") }
    let profiler = LayerProfiler(model)
    for round in 0...runs {
        try Scope.run(
            mode: mode,
            configure: {
                if let random { $0.random = random }
                $0.discardsUpdates = true
                $0.observer = profiler
            }
        ) { _ in
            profiler.begin(counts: round > 0)
            try run(mode == .training)
            profiler.end()
        }
    }
    return profiler.profile(runs: runs)
}
