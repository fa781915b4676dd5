import CotangentBLAS

/// One direction of a layer as loops over contiguous memory: the inputs of many steps as one product, then at each step
/// a product of the hidden state and one pass over the gates.
struct FusedRecurrence<T: BLASScalar> {
    typealias Pointer = UnsafeMutablePointer<T>

    let kind: RecurrentKind
    let walk: StepWalk
    let cut: RecurrentCut
    let weights: RecurrentWeights
    let columns: GateColumns
    let hidden, output, input: Int
    let dtype: DType
    /// Outputs, `stepY` from row to row.
    let y: Pointer
    let stepY: Int
    /// Where the sequences begin: [batch, output] and [batch, hidden]; where there is none, one row of zeros, with step 0.
    let startH: (memory: Pointer, step: Int, isZero: Bool)
    let startC: (memory: Pointer, step: Int)
    /// [rows, input]
    let x: Pointer
    /// Sums of the gates, then the gates, [rows, columns]; an RNN's are its outputs. Where there is no way back they are
    /// those of `stepsAtOnce` steps, whose first row is `firstRow`.
    let gates: Pointer
    let stepG: Int
    let rolls: Bool
    private var firstRow = 0
    /// How many steps' inputs are projected together.
    let stepsAtOnce: Int
    /// An LSTM's cells: of all rows where the way back needs them, otherwise of each sequence as it goes.
    let cells: Pointer?
    let keepsCells: Bool
    /// What is projected, [rows, hidden].
    let unprojected: Pointer?

    init(
        kind: RecurrentKind, walk: StepWalk, cut: RecurrentCut, weights: RecurrentWeights, x: Pointer, y: Pointer,
        stepY: Int, startH: (memory: Pointer, step: Int, isZero: Bool), startC: (memory: Pointer, step: Int),
        gates: Pointer?, stepsAtOnce: Int, cells: Pointer?, keepsCells: Bool, unprojected: Pointer?
    ) {
        (self.kind, self.walk, self.cut, self.weights) = (kind, walk, cut, weights)
        hidden = weights.input.shape[0] / kind.gates
        (output, input, dtype) = (weights.outputSize, weights.input.shape[1], weights.input.dtype)
        columns = GateColumns(kind, hidden: hidden)
        (self.x, self.y, self.stepY, self.startH, self.startC) = (x, y, stepY, startH, startC)
        self.gates = gates ?? y
        stepG = gates == nil ? stepY : columns.count
        rolls = gates != nil && !keepsCells
        self.stepsAtOnce = stepsAtOnce
        (self.cells, self.keepsCells, self.unprojected) = (cells, keepsCells, unprojected)
    }

    /// W by the columns that it gives, group by group, and b (with c where it is simply added).
    func inputProduct() -> (matrices: [StepMatrix<T>], bias: Tensor?) {
        let matrices = columns.inputs.map { rows, _ in
            StepMatrix<T>(
                weights.input.pointer() + rows.lowerBound * input, k: input, columns: rows.count, isTransposed: true,
                ranges: StepMatrix<T>.ranges(0..<rows.count), copies: walk.plan.rowCount > 16, dtype,
                adds: { _ in false })
        }
        return (matrices, inputBias)
    }

    /// W x + b of the rows of some steps.
    func projectInputs(_ rows: Range<Int>, _ product: (matrices: [StepMatrix<T>], bias: Tensor?)) {
        inRowTiles(rows, k: input) { tile in
            for (matrix, (group, column)) in zip(product.matrices, columns.inputs) {
                let to = gates(tile.lowerBound) + column
                matrix.multiply(
                    rows: tile.count, x + tile.lowerBound * input, input, panels: 0..<matrix.panels.count, to, stepG)
                if let bias = product.bias {
                    T.addBias(
                        tile.count, group.count, bias.pointer(T.self) + group.lowerBound, relu: false, to, stepG)
                }
            }
        }
    }

    /// Calls `body` with parts of the rows, on the pool.
    func inRowTiles(_ rows: Range<Int>, k: Int, _ body: (Range<Int>) -> Void) {
        let flops = 2 * rows.count * k * columns.count
        if flops < 300_000 { return body(rows) }
        let size = StepMatrix<T>.tileRows(rows.count, k: k)
        parallel(chunks: (rows.count + size - 1) / size) { chunk in
            let start = rows.lowerBound + chunk * size
            body(start..<min(start + size, rows.upperBound))
        }
    }

    /// A row's gates.
    private func gates(_ row: Int) -> Pointer { gates + (row - firstRow) * stepG }

    /// The same with memory for the gates of the rows from `row` on.
    func rolled(to row: Int) -> Self {
        var result = self
        if rolls { result.firstRow = row }
        return result
    }

    /// b + c, but for a GRU's candidate b alone: its c is inside of the reset.
    private var inputBias: Tensor? {
        guard let b = weights.inputBias, let c = weights.recurrentBias else { return nil }
        guard case .gru = kind else { return b + c }
        return concatenate([b[..<(2 * hidden)] + c[..<(2 * hidden)], b[(2 * hidden)...]])
    }

    /// U by the columns that it gives: [output, gates · hidden].
    func forwardMatrix() -> StepMatrix<T> {
        var ranges: [Range<Int>] = []
        if let units = cut.units {
            for gate in 0..<kind.gates {
                ranges += units.map { gate * hidden + $0.lowerBound..<gate * hidden + $0.upperBound }
            }
        } else if columns.recurrentStart > 0 {
            ranges = StepMatrix<T>.ranges(0..<(2 * hidden)) + StepMatrix<T>.ranges((2 * hidden)..<(3 * hidden))
        } else {
            ranges = StepMatrix<T>.ranges(0..<(kind.gates * hidden))
        }
        // A GRU's last gate has nothing to be added to.
        let fresh = columns.recurrentStart > 0 ? 2 * hidden : .max
        return StepMatrix(
            weights.recurrent.pointer(), k: output, columns: kind.gates * hidden, isTransposed: true, ranges: ranges,
            copies: walk.steps > 2, dtype, adds: { $0.lowerBound < fresh })
    }

    /// One step for some sequences and, where units are cut, one block of units.
    func step(_ step: Int, _ sequences: Range<Int>, block: Int?, _ matrix: StepMatrix<T>) {
        let row = walk.offset(step)
        let units = block.map { cut.units![$0] } ?? 0..<hidden
        walk.parts(step, sequences) { part, begins in
            let first = row + part.lowerBound
            let (h, stepH) =
                begins
                ? (startH.memory + part.lowerBound * startH.step, startH.step)
                : (y + (walk.offset(step - 1) + part.lowerBound) * stepY, stepY)
            let sums = gates(first)
            if begins, startH.isZero {
                clearProducts(sums, part.count, units)
            } else {
                let panels = matrix.panels.count
                matrix.multiply(
                    rows: part.count, h, stepH, panels: (block ?? 0)..<panels, sums + columns.recurrentStart, stepG,
                    by: block == nil ? 1 : cut.units!.count)
            }
            finish(step, part, begins, h, stepH, units)
        }
    }

    /// U h is 0 where h is; only a GRU's last column is not a sum that stands there already.
    private func clearProducts(_ sums: Pointer, _ rows: Int, _ units: Range<Int>) {
        if columns.recurrentStart == 0 { return }
        for row in 0..<rows {
            (sums + row * stepG + 3 * hidden + units.lowerBound).update(repeating: 0, count: units.count)
        }
    }

    /// The gates' pass.
    private func finish(
        _ step: Int, _ part: Range<Int>, _ begins: Bool, _ h: Pointer, _ stepH: Int, _ units: Range<Int>
    ) {
        let (rows, n, unit) = (part.count, units.count, units.lowerBound)
        let first = walk.offset(step) + part.lowerBound
        let own = gates(first) + unit
        switch kind {
        case .rnn(let activation):
            Kernels.rnnStep.loop(for: dtype)!(activation.code, rows, n, own, stepG)
        case .lstm:
            let (c, stepC) = cellsBefore(step, part, begins)
            let next = cells! + (keepsCells ? first : part.lowerBound) * hidden
            let (to, stepTo) = unprojected.map { ($0 + first * hidden, hidden) } ?? (y + first * stepY, stepY)
            Kernels.lstmStep.loop(for: dtype)!(
                rows, n, hidden, own, stepG, c + unit, stepC, next + unit, hidden, to + unit, stepTo)
            if let projection = weights.projection {
                T.gemm(
                    .no, .yes, rows, output, hidden, 1, to, hidden, projection.pointer(), hidden, 0, y + first * stepY,
                    stepY)
            }
        case .gru:
            let bias = weights.recurrentBias.map { $0.pointer(T.self) + 2 * hidden + unit }
            Kernels.gruStep.loop(for: dtype)!(
                rows, n, hidden, own, stepG, bias, h + unit, stepH, y + first * stepY + unit, stepY)
        }
    }

    /// The cells that a step begins with.
    func cellsBefore(_ step: Int, _ part: Range<Int>, _ begins: Bool) -> (Pointer, Int) {
        if !keepsCells { return (cells! + part.lowerBound * hidden, hidden) }
        if begins { return (startC.memory + part.lowerBound * startC.step, startC.step) }
        return (cells! + (walk.offset(step - 1) + part.lowerBound) * hidden, hidden)
    }

    /// The cells behind each sequence's last step, [batch, hidden].
    func lastCells(_ to: Pointer) {
        guard let cells else { return }
        for step in 0..<walk.steps {
            let going = step == walk.steps - 1 ? 0 : walk.count(step + 1)
            let ended = min(going, walk.count(step))..<walk.count(step)
            if ended.isEmpty { continue }
            let from = keepsCells ? walk.offset(step) + ended.lowerBound : ended.lowerBound
            (to + ended.lowerBound * hidden).update(from: cells + from * hidden, count: ended.count * hidden)
        }
    }
}

/// All steps of all directions.
func run<T: BLASScalar>(_ directions: [FusedRecurrence<T>]) {
    let (matrices, inputs) = (directions.map { $0.forwardMatrix() }, directions.map { $0.inputProduct() })
    let (cut, steps, atOnce) = (directions[0].cut, directions[0].walk.steps, directions[0].stepsAtOnce)
    for start in stride(from: 0, to: steps, by: atOnce) {
        let steps = start..<min(start + atOnce, steps)
        let directions = zip(directions, inputs).map { direction, inputs in
            let rows = direction.walk.rows(steps)
            let rolled = direction.rolled(to: rows.lowerBound)
            rolled.projectInputs(rows, inputs)
            return rolled
        }
        run(directions, steps, cut, matrices)
    }
}

private func run<T: BLASScalar>(
    _ directions: [FusedRecurrence<T>], _ steps: Range<Int>, _ cut: RecurrentCut, _ matrices: [StepMatrix<T>]
) {
    if let units = cut.units {
        for step in steps {
            parallel(chunks: directions.count * units.count) { chunk in
                let (direction, block) = chunk.quotientAndRemainder(dividingBy: units.count)
                directions[direction].step(step, cut.sequences[0], block: block, matrices[direction])
            }
        }
    } else {
        parallel(chunks: directions.count * cut.sequences.count) { chunk in
            let (direction, part) = chunk.quotientAndRemainder(dividingBy: cut.sequences.count)
            for step in steps {
                directions[direction].step(step, cut.sequences[part], block: nil, matrices[direction])
            }
        }
    }
}

extension RNNActivation {
    /// As the C loops number them.
    var code: Int32 {
        switch self {
        case .tanh: 0
        case .relu: 1
        case .sigmoid: 2
        }
    }
}

extension Tensor {
    /// The first element's address. The storage must outlive its use.
    @inline(__always)
    func pointer<T>(_: T.Type = T.self) -> UnsafeMutablePointer<T> { rawPointer.assumingMemoryBound(to: T.self) }
}
