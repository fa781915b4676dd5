import CotangentBLAS

/// The way back through one direction of a layer: the gates become the cotangents of their sums, step by step, from which
/// one product each gives the cotangents of the inputs and of the weights.
struct FusedRecurrenceGradient<T: BLASScalar> {
    typealias Pointer = UnsafeMutablePointer<T>

    let forward: FusedRecurrence<T>
    /// [rows, columns]: where the gates stand, except for an RNN.
    let sums: Pointer
    let stepS: Int
    /// Of the outputs, `stepY` from row to row as they are.
    let dy: Pointer
    /// [batch, output] and [batch, hidden]: what goes on to the step before, and in the end to the state at the start.
    let dh, dc: Pointer?
    /// Whether the cotangent of the state at the start is wanted.
    let wantsStart: Bool
    /// [chunks, columns]: sums over each chunk's rows.
    let biasSums: Pointer?
    /// dy + dh of all rows, [rows, output], where the output is projected.
    let projected: Pointer?

    /// U as it lies: [gates · hidden, output].
    func matrix() -> StepMatrix<T> {
        let f = forward
        let isGRU = f.columns.recurrentStart > 0
        return StepMatrix(
            f.weights.recurrent.pointer(), k: f.kind.gates * f.hidden, columns: f.output, isTransposed: false,
            ranges: f.cut.units ?? StepMatrix<T>.ranges(0..<f.output), copies: f.walk.steps > 4, f.dtype,
            adds: { _ in isGRU })
    }

    /// dh of the step before: the cotangents of the sums times U.
    func multiply(_ step: Int, _ sequences: Range<Int>, block: Int?, _ matrix: StepMatrix<T>) {
        let walk = forward.walk
        let rows = sequences.clamped(to: 0..<walk.count(wantsStart ? step : step - 1))
            .clamped(to: 0..<walk.count(step))
        if rows.isEmpty { return }
        let panels = block.map { $0..<($0 + 1) } ?? 0..<matrix.panels.count
        matrix.multiply(
            rows: rows.count,
            sums + (walk.offset(step) + rows.lowerBound) * stepS + forward.columns.recurrentStart, stepS,
            panels: panels, dh! + rows.lowerBound * forward.output, forward.output)
    }

    /// The gates' pass back for some sequences and, where units are cut, one block of units.
    func step(_ step: Int, _ sequences: Range<Int>, block: Int?, chunk: Int) {
        let f = forward
        let units = block.map { f.cut.units![$0] } ?? 0..<f.hidden
        let (n, unit) = (units.count, units.lowerBound)
        let db = biasSums.map { $0 + chunk * f.columns.count + unit }
        f.walk.parts(step, sequences) { part, begins in
            let first = f.walk.offset(step) + part.lowerBound
            let own = sums + first * stepS + unit
            let dy = dy + first * f.stepY + unit
            let dh = dh! + part.lowerBound * f.output + unit
            switch f.kind {
            case .rnn(let activation):
                Kernels.rnnStepGradient.loop(for: f.dtype)!(
                    activation.code, part.count, n, f.y + first * f.stepY + unit, f.stepY, dy, f.stepY, dh, f.output,
                    own, stepS, db)
            case .lstm:
                let (c, stepC) = f.cellsBefore(step, part, begins)
                let next = f.cells! + first * f.hidden + unit
                let dc = dc! + part.lowerBound * f.hidden + unit
                let kernel = Kernels.lstmStepGradient.loop(for: f.dtype)!
                if let projected {
                    withScratch(T.self, count: part.count * f.hidden) { scratch in
                        unproject(part, first, projected, scratch)
                        kernel(
                            part.count, n, f.hidden, own, stepS, c, stepC, next, f.hidden, nil, 0, scratch, f.hidden,
                            dc, f.hidden, db)
                    }
                } else {
                    kernel(
                        part.count, n, f.hidden, own, stepS, c + unit, stepC, next, f.hidden, dy, f.stepY, dh, f.output,
                        dc, f.hidden, db)
                }
            case .gru:
                let (h, stepH) = outputsBefore(step, part, begins)
                Kernels.gruStepGradient.loop(for: f.dtype)!(
                    part.count, n, f.hidden, own, stepS, h + unit, stepH, dy, f.stepY, dh, f.output, db)
            }
        }
    }

    /// (dy + dh) R, of which the sum is kept.
    private func unproject(_ part: Range<Int>, _ first: Int, _ projected: Pointer, _ result: Pointer) {
        let f = forward
        for row in 0..<part.count {
            let total = projected + (first + row) * f.output
            let (dy, dh) = (dy + (first + row) * f.stepY, dh! + (part.lowerBound + row) * f.output)
            for index in 0..<f.output { total[index] = dy[index] + dh[index] }
        }
        T.gemm(
            .no, .no, part.count, f.hidden, f.output, 1, projected + first * f.output, f.output,
            f.weights.projection!.pointer(), f.hidden, 0, result, f.hidden)
    }

    /// The outputs that a step begins with.
    private func outputsBefore(_ step: Int, _ part: Range<Int>, _ begins: Bool) -> (Pointer, Int) {
        let f = forward
        if begins { return (f.startH.memory + part.lowerBound * f.startH.step, f.startH.step) }
        return (f.y + (f.walk.offset(step - 1) + part.lowerBound) * f.stepY, f.stepY)
    }

    /// dX = dS · W, added to what stands there where `adds`.
    func inputGradient(_ dx: Pointer, adds: Bool) {
        let f = forward
        let matrices = f.columns.inputs.enumerated().map { index, group in
            StepMatrix<T>(
                f.weights.input.pointer() + group.rows.lowerBound * f.input, k: group.rows.count, columns: f.input,
                isTransposed: false, ranges: StepMatrix<T>.ranges(0..<f.input), copies: true, f.dtype,
                adds: { _ in adds || index > 0 })
        }
        f.inRowTiles(0..<f.walk.plan.rowCount, k: f.input) { tile in
            for (matrix, (_, column)) in zip(matrices, f.columns.inputs) {
                matrix.multiply(
                    rows: tile.count, sums + tile.lowerBound * stepS + column, stepS, panels: 0..<matrix.panels.count,
                    dx + tile.lowerBound * f.input, f.input)
            }
        }
    }

    /// dW = dSᵀ · X
    func inputWeightGradient(_ x: Pointer, _ dw: Pointer) {
        let f = forward
        for (rows, column) in f.columns.inputs {
            sumOfOuterProducts(
                rows.count, f.input, f.walk.plan.rowCount, sums + column, stepS, x, f.input,
                dw + rows.lowerBound * f.input)
        }
    }

    /// dU = dSᵀ · (the outputs one step before)
    func recurrentWeightGradient(_ du: Pointer) {
        let f = forward
        let plan = f.walk.plan
        let sums = sums + f.columns.recurrentStart
        let gates = f.kind.gates * f.hidden
        if plan.isEven, f.startH.isZero {
            // What is before a row is a step away, so both are runs of rows.
            let count = plan.rowCount - plan.batch
            let (later, earlier) = f.walk.isReverse ? (0, plan.batch) : (plan.batch, 0)
            if count == 0 { return du.update(repeating: 0, count: gates * f.output) }
            return sumOfOuterProducts(
                gates, f.output, count, sums + later * stepS, stepS, f.y + earlier * f.stepY, f.stepY, du)
        }
        withScratch(T.self, count: plan.rowCount * f.output) { before in
            for step in 0..<f.walk.steps {
                f.walk.parts(step, 0..<plan.batch) { part, begins in
                    let (h, stepH) = outputsBefore(step, part, begins)
                    for row in 0..<part.count {
                        (before + (f.walk.offset(step) + part.lowerBound + row) * f.output)
                            .update(from: h + row * stepH, count: f.output)
                    }
                }
            }
            sumOfOuterProducts(gates, f.output, plan.rowCount, sums, stepS, before, f.output, du)
        }
    }

    /// dR = (dy + dh)ᵀ · (o ∗ tanh c)
    func projectionGradient(_ dr: Pointer) {
        let f = forward
        T.product(
            .yes, .no, f.output, f.hidden, f.walk.plan.rowCount, projected!, f.output, f.unprojected!, f.hidden,
            beta: 0,
            dr, f.hidden, bias: nil, relu: false)
    }

    /// db and dc from the chunks' sums.
    func biasGradients(chunks: Int, _ db: Pointer, _ dc: Pointer) {
        let f = forward
        let (count, hidden) = (f.columns.count, f.hidden)
        let sums = biasSums!
        for chunk in 1..<max(chunks, 1) {
            for index in 0..<count { sums[index] += sums[chunk * count + index] }
        }
        for (rows, column) in f.columns.inputs {
            (db + rows.lowerBound).update(from: sums + column, count: rows.count)
        }
        dc.update(from: sums + f.columns.recurrentStart, count: f.kind.gates * hidden)
    }
}

/// All steps of all directions, from the last to the first.
func runBackward<T: BLASScalar>(_ directions: [FusedRecurrenceGradient<T>]) {
    let matrices = directions.map { $0.matrix() }
    let forward = directions[0].forward
    let (cut, steps) = (forward.cut, forward.walk.steps)
    if let units = cut.units {
        let all = cut.sequences[0]
        let wantsStart = directions.contains { $0.wantsStart }
        for step in stride(from: steps - 1, through: wantsStart ? -1 : 0, by: -1) {
            parallel(chunks: directions.count * units.count) { chunk in
                let (direction, block) = chunk.quotientAndRemainder(dividingBy: units.count)
                let gradient = directions[direction]
                if step < steps - 1 { gradient.multiply(step + 1, all, block: block, matrices[direction]) }
                if step >= 0 { gradient.step(step, all, block: block, chunk: 0) }
            }
        }
    } else {
        parallel(chunks: directions.count * cut.sequences.count) { chunk in
            let (direction, part) = chunk.quotientAndRemainder(dividingBy: cut.sequences.count)
            let gradient = directions[direction]
            for step in stride(from: steps - 1, through: 0, by: -1) {
                gradient.step(step, cut.sequences[part], block: nil, chunk: part)
                gradient.multiply(step, cut.sequences[part], block: nil, matrices[direction])
            }
        }
    }
}
