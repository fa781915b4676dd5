import CotangentBLAS

/// The fused form of a layer: memory, and what is kept for the way back.
final class RecurrentRun {
    let kind: RecurrentKind
    let plan: SequencePlan
    let x: Tensor
    /// [directions, batch, output]; nil for zeros.
    let hidden: Tensor?
    let cell: Tensor?
    let weights: [RecurrentWeights]
    /// Outputs [rows, directions · output], and behind them, where they are asked for, the last cells.
    private(set) var result: Tensor
    private let hasCells: Bool
    private let keeps: Bool
    private let cut: RecurrentCut
    /// Of each direction; an RNN has none. The way back overwrites them: a second one runs forward again.
    private var gates: [Tensor] = []
    private var cells: [Tensor] = []
    private var unprojected: [Tensor] = []

    var hiddenSize: Int { weights[0].input.shape[0] / kind.gates }
    var inputSize: Int { weights[0].input.shape[1] }
    var outputSize: Int { weights[0].outputSize }
    var outputCount: Int { plan.rowCount * weights.count * outputSize }
    private var cellCount: Int { hasCells ? weights.count * plan.batch * hiddenSize : 0 }
    private var dtype: DType { x.dtype }

    /// - Parameters:
    ///   - wantsCells: whether the last cells stand behind the outputs.
    ///   - keeps: whether there is a way back.
    init(
        _ kind: RecurrentKind, _ x: Tensor, _ plan: SequencePlan, hidden: Tensor?, cell: Tensor?,
        _ weights: [RecurrentWeights], wantsCells: Bool, keeps: Bool
    ) {
        self.kind = kind
        self.plan = plan
        self.x = x.detached.contiguous
        self.hidden = hidden?.detached.contiguous
        self.cell = cell?.detached.contiguous
        self.weights = weights.map(\.plain)
        self.keeps = keeps
        hasCells = wantsCells && kind.hasCell
        let size = weights[0].input.shape[0] / kind.gates
        cut = RecurrentCut(
            gates: kind.gates, hidden: size, output: weights[0].outputSize, plan: plan,
            isProjected: weights[0].projection != nil, bytes: x.dtype.size)
        let directions = weights.count
        result = Tensor(
            uninitialized: [
                plan.rowCount * directions * weights[0].outputSize
                    + (wantsCells && kind.hasCell ? directions * plan.batch * size : 0)
            ], x.dtype)
        if result.isAbstract { return }
        if x.dtype == .float32 { forward(Float.self) } else { forward(Double.self) }
    }

    /// Where a direction begins: a state, or one row of zeros for all sequences.
    private func start<T>(_ state: Tensor?, _ direction: Int, _ size: Int, _ zeros: UnsafeMutablePointer<T>) -> (
        memory: UnsafeMutablePointer<T>, step: Int, isZero: Bool
    ) {
        state.map { ($0.pointer() + direction * plan.batch * size, size, false) } ?? (zeros, 0, true)
    }

    /// - Parameters:
    ///   - gates: memory for them, of each direction; an RNN needs none.
    ///   - stepsAtOnce: of how many steps, where they are not kept.
    private func directions<T: BLASScalar>(
        _ zeros: UnsafeMutablePointer<T>, gates: [Tensor], stepsAtOnce: Int
    ) -> [FusedRecurrence<T>] {
        weights.indices.map { direction in
            let startC = start(cell, direction, hiddenSize, zeros)
            return FusedRecurrence(
                kind: kind, walk: StepWalk(plan: plan, isReverse: direction == 1), cut: cut,
                weights: weights[direction], x: x.pointer(), y: result.pointer() + direction * outputSize,
                stepY: weights.count * outputSize, startH: start(hidden, direction, outputSize, zeros),
                startC: (startC.memory, startC.step), gates: gates.isEmpty ? nil : gates[direction].pointer(),
                stepsAtOnce: stepsAtOnce, cells: cells.isEmpty ? nil : cells[direction].pointer(), keepsCells: keeps,
                unprojected: unprojected.isEmpty ? nil : unprojected[direction].pointer())
        }
    }

    private var columnCount: Int { GateColumns(kind, hidden: hiddenSize).count }

    /// Where the gates are not kept, those of some steps at a time stay in cache.
    private var stepsAtOnce: Int {
        if keeps || isRNN { return plan.steps }
        return min(plan.steps, max(1, Self.cached / (plan.batch * columnCount * dtype.size)))
    }

    private static let cached = 1 << 22

    private func withZeros<T: BLASScalar, R>(_: T.Type, _ body: (UnsafeMutablePointer<T>) -> R) -> R {
        withScratch(T.self, count: hiddenSize) { zeros in
            zeros.update(repeating: 0, count: hiddenSize)
            return body(zeros)
        }
    }

    private func forward<T: BLASScalar>(_: T.Type) {
        func memory(_ rows: Int, _ width: Int) -> [Tensor] {
            weights.map { _ in Tensor(uninitialized: [rows, width], dtype) }
        }
        let atOnce = stepsAtOnce
        let gates = isRNN ? [] : memory(min(atOnce * plan.batch, plan.rowCount), columnCount)
        if kind.hasCell { cells = keeps ? memory(plan.rowCount, hiddenSize) : startCells() }
        if weights[0].projection != nil { unprojected = memory(plan.rowCount, hiddenSize) }
        withZeros(T.self) { zeros in
            let directions = directions(zeros, gates: gates, stepsAtOnce: atOnce)
            run(directions)
            if hasCells {
                let last: UnsafeMutablePointer<T> = result.pointer() + outputCount
                for (index, direction) in directions.enumerated() {
                    direction.lastCells(last + index * plan.batch * hiddenSize)
                }
            }
        }
        withExtendedLifetime(gates) {}
        if keeps { self.gates = gates } else { (cells, unprojected) = ([], []) }
    }

    /// Cells that change in place.
    private func startCells() -> [Tensor] {
        weights.indices.map { direction in
            cell.map { $0[direction].copied() } ?? Tensor.zeros([plan.batch, hiddenSize], dtype: dtype)
        }
    }

    // MARK: The way back

    /// The cotangents of x, hidden, cell and each direction's weights in their order, where they are needed, from that of
    /// the result.
    func pullback(_ dy: Tensor, needs: [Bool]) -> [Tensor?] {
        dtype == .float32 ? pullback(Float.self, dy, needs) : pullback(Double.self, dy, needs)
    }

    private func pullback<T: BLASScalar>(_: T.Type, _ dy: Tensor, _ needs: [Bool]) -> [Tensor?] {
        if !isRNN, gates.isEmpty { forward(T.self) }
        let dy = dy.contiguous
        let columns = columnCount
        let sums = isRNN ? weights.map { _ in Tensor(uninitialized: [plan.rowCount, columns], dtype) } : gates
        gates = []
        let stateNeeds = needs[1] || needs[2]
        let count = weights.count
        let dh = Tensor.zeros([count, plan.batch, outputSize], dtype: dtype)
        let dc = kind.hasCell ? lastCellsCotangent(dy) : nil
        let hasBias = weights[0].inputBias != nil
        let chunks = cut.sequences.count
        let biasSums = hasBias ? Tensor.zeros([count, chunks, columns], dtype: dtype) : nil
        let projected = unprojected.isEmpty ? nil : Tensor(uninitialized: [count, plan.rowCount, outputSize], dtype)
        let dx = needs[0] ? Tensor(uninitialized: x.layout, dtype) : nil
        var results: [Tensor?] = [dx, needs[1] ? dh : nil, needs[2] ? dc : nil]
        withZeros(T.self) { zeros in
            let forward: [FusedRecurrence<T>] = directions(
                zeros, gates: isRNN ? [] : sums, stepsAtOnce: plan.steps)
            let gradients = forward.enumerated().map { index, forward in
                FusedRecurrenceGradient(
                    forward: forward, sums: sums[index].pointer(), stepS: columns,
                    dy: dy.pointer() + index * outputSize, dh: dh.pointer() + index * plan.batch * outputSize,
                    dc: dc.map { $0.pointer() + index * plan.batch * hiddenSize }, wantsStart: stateNeeds,
                    biasSums: biasSums.map { $0.pointer() + index * chunks * columns },
                    projected: projected.map { $0.pointer() + index * plan.rowCount * outputSize })
            }
            runBackward(gradients)
            var place = 3
            for (index, gradient) in gradients.enumerated() {
                if let dx { gradient.inputGradient(dx.pointer(), adds: index > 0) }
                results += weightGradients(gradient, weights[index], needs, &place)
            }
        }
        withExtendedLifetime((dy.storage, sums, dh.storage, dc?.storage, biasSums?.storage, projected?.storage)) {}
        return results
    }

    private var isRNN: Bool { if case .rnn = kind { true } else { false } }

    /// The cotangent of the last cells, to be changed.
    private func lastCellsCotangent(_ dy: Tensor) -> Tensor {
        let shape: Shape = [weights.count, plan.batch, hiddenSize]
        return hasCells ? dy[outputCount...].reshaped(shape).copied() : Tensor.zeros(shape, dtype: dtype)
    }

    private func weightGradients<T: BLASScalar>(
        _ gradient: FusedRecurrenceGradient<T>, _ weights: RecurrentWeights, _ needs: [Bool], _ place: inout Int
    ) -> [Tensor?] {
        func next(_ weight: Tensor?) -> Tensor? {
            guard let weight else { return nil }
            defer { place += 1 }
            return needs[place] ? Tensor(uninitialized: weight.layout, dtype) : nil
        }
        let (dw, du) = (next(weights.input), next(weights.recurrent))
        if let dw { gradient.inputWeightGradient(x.pointer(), dw.pointer()) }
        if let du { gradient.recurrentWeightGradient(du.pointer()) }
        var results = [dw, du]
        if let bias = weights.inputBias {
            let both = [Tensor(uninitialized: bias.layout, dtype), Tensor(uninitialized: bias.layout, dtype)]
            gradient.biasGradients(chunks: cut.sequences.count, both[0].pointer(), both[1].pointer())
            for bias in both {
                results.append(needs[place] ? bias : nil)
                place += 1
            }
        }
        if let projection = weights.projection {
            let dr = next(projection)
            if let dr { gradient.projectionGradient(dr.pointer()) }
            results.append(dr)
        }
        return results
    }
}

extension RecurrentWeights {
    /// As plain values, row-major.
    var plain: RecurrentWeights {
        RecurrentWeights(
            input: input.detached.contiguous, recurrent: recurrent.detached.contiguous,
            inputBias: inputBias?.detached.contiguous, recurrentBias: recurrentBias?.detached.contiguous,
            projection: projection?.detached.contiguous)
    }

    /// All that there are, in PyTorch's order.
    var tensors: [Tensor] { [input, recurrent, inputBias, recurrentBias, projection].compactMap { $0 } }

    /// The same with other values, in the order of `tensors`, from `place` on.
    func replaced(_ values: [Tensor], _ place: inout Int) -> RecurrentWeights {
        func next() -> Tensor {
            defer { place += 1 }
            return values[place]
        }
        return RecurrentWeights(
            input: next(), recurrent: next(), inputBias: inputBias.map { _ in next() },
            recurrentBias: recurrentBias.map { _ in next() }, projection: projection.map { _ in next() })
    }
}
