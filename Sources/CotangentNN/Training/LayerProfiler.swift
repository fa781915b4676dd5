import CotangentTensor

/// Times a model's layers while it runs and while its recording is played backward.
///
/// One stopwatch runs all the time; each event charges what has passed since the one before to a record: one of a layer's
/// runs, or the code between layers. Nodes that the tape has gained since then are that record's too, which is how time on
/// the way back finds its layer.
final class LayerProfiler: LayerObserver {
    private struct Record {
        /// Of the layer, in `rows`; nil for code between layers.
        var row: Int?
        var forward = Duration.zero
        var backward = Duration.zero
    }

    private let model: Any
    private let trace: LayerTrace
    private let clock = ContinuousClock()
    private var mark: ContinuousClock.Instant
    private var rows: [ModelProfile.Row] = []
    private var other = ModelProfile.Row(name: "", layer: "between layers")
    private var counted: Set<ObjectIdentifier> = []
    private var counts = false

    /// Of this run. The first is that of the code between layers.
    private var records: [Record] = []
    private var current = 0
    /// Layers that have begun and not ended, from the outermost.
    private var open: [Int] = []
    /// A record that began when a parameter was read, before its layer said anything.
    private var pending: (record: Int, layer: String)?
    /// What was at work when a recording began to be played.
    private var interrupted: [Int] = []
    /// The record of each node, by the tape's generation.
    private var owners: [UInt64: [Int32]] = [:]

    init(_ model: Any) {
        self.model = model
        trace = LayerTrace(model)
        mark = clock.now
    }

    var place: LayerPlace? { trace.place }

    // MARK: A run

    func begin(counts: Bool) {
        self.counts = counts
        records = [Record()]
        current = 0
        open = []
        pending = nil
        owners = [:]
        mark = clock.now
    }

    func end() {
        charge(nil)
        guard counts else { return }
        for record in records {
            if let row = record.row {
                rows[row].forward += record.forward.seconds
                rows[row].backward += record.backward.seconds
            } else {
                other.forward += record.forward.seconds
                other.backward += record.backward.seconds
            }
        }
    }

    /// Times are means, counts those of one run.
    func profile(runs: Int) -> ModelProfile {
        func mean(_ row: ModelProfile.Row) -> ModelProfile.Row {
            var row = row
            row.forward /= Double(runs)
            row.backward /= Double(runs)
            row.calls /= runs
            row.outputBytes /= runs
            return row
        }
        var result = ModelProfile(rows: rows.map(mean), other: mean(other), runs: runs)
        let own = Structure(of: model).parameters.filter { !counted.contains(ObjectIdentifier($0.parameter)) }
        result.other.parameterCount = own.reduce(0) { $0 + $1.parameter.shape.elementCount }
        return result
    }

    /// Time and nodes since the last event are those of the record at work.
    private func charge(_ tape: Tape?) {
        let now = clock.now
        let passed = mark.duration(to: now)
        if interrupted.isEmpty { records[current].forward += passed } else { records[current].backward += passed }
        if let tape {
            let known = owners[tape.generation]?.count ?? 0
            if tape.count > known {
                owners[tape.generation, default: []]
                    .append(contentsOf: repeatElement(Int32(current), count: tape.count - known))
            } else if tape.count < known {
                // A checkpoint took its nodes away.
                owners[tape.generation]!.removeLast(known - tape.count)
            }
        }
        mark = now
    }

    private func newRecord() -> Int {
        records.append(Record())
        return records.count - 1
    }

    // MARK: Forward

    func parameterWasRead(_ id: ObjectIdentifier) {
        trace.parameterWasRead(id)
        if !open.isEmpty { return }
        let layer = trace.layer(ofParameter: id) ?? ""
        if let pending, pending.layer == layer { return }
        charge(Tape.current)
        pending = layer.isEmpty ? nil : (newRecord(), layer)
        current = pending?.record ?? 0
        mark = clock.now
    }

    func layerWillRun(_ layer: Any) {
        charge(Tape.current)
        let record = pending?.record ?? newRecord()
        pending = nil
        open.append(record)
        current = record
        mark = clock.now
    }

    func layerDidRun(_ layer: Any, output: Tensor) {
        charge(Tape.current)
        let record = open.removeLast()
        trace.layerDidRun(layer, output: output)
        let row = row(of: layer)
        records[record].row = row
        if counts, interrupted.isEmpty {
            rows[row].calls += 1
            rows[row].outputBytes += output.count * output.dtype.size
        }
        current = open.last ?? 0
        mark = clock.now
    }

    func enter(_ name: String, of container: Any) {
        charge(Tape.current)
        pending = nil
        current = open.last ?? 0
        trace.enter(name, of: container)
        mark = clock.now
    }

    func leave() {
        charge(Tape.current)
        pending = nil
        current = open.last ?? 0
        trace.leave()
        mark = clock.now
    }

    /// Layers that no name tells apart are by what they are.
    private func row(of layer: Any) -> Int {
        let (name, description) = (trace.name(of: layer), describe(layer: layer))
        if let row = rows.firstIndex(where: { $0.name == name && $0.layer == description }) { return row }
        var row = ModelProfile.Row(name: name, layer: description)
        for parameter in Structure(of: layer).parameters.map(\.parameter)
        where counted.insert(ObjectIdentifier(parameter)).inserted {
            row.parameterCount += parameter.shape.elementCount
        }
        rows.append(row)
        return rows.count - 1
    }

    // MARK: Backward

    func playWillBegin(_ tape: Tape) {
        charge(tape)
        interrupted.append(current)
        pending = nil
        current = 0
    }

    func willPlay(_ node: Int, of tape: Tape) {
        charge(tape)
        current = Int(owners[tape.generation]![node])
    }

    func playDidEnd(_ tape: Tape) {
        charge(tape)
        current = interrupted.removeLast()
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
