import CotangentTensor

/// What ``RNN``, ``LSTM`` and ``GRU`` consist of: layers one over the other, each in one or two directions.
struct RecurrentStack: Sendable {
    let options: RecurrentOptions
    /// [layers][directions]
    private let parameters: [[RecurrentParameters]]
    private let dtype: DType

    init(
        _ options: RecurrentOptions, _ initializer: RecurrentInitializer, dtype: DType,
        using generator: inout PhiloxGenerator
    ) {
        options.check()
        self.options = options
        self.dtype = dtype
        parameters = (0..<options.layers).map { layer in
            let inputSize = layer == 0 ? options.inputSize : options.directions * options.stateSize
            return (0..<options.directions).map { _ in
                RecurrentParameters(options, inputSize: inputSize, initializer, dtype: dtype, using: &generator)
            }
        }
    }

    var outputSize: Int { options.directions * options.stateSize }

    var namedChildren: [(name: String, child: Any)] {
        parameters.enumerated().flatMap { layer, directions in
            directions.enumerated().flatMap { $1.named("_l\(layer)" + ($0 == 1 ? "_reverse" : "")) }
        }
    }

    func initialState(batch: Int) -> RecurrentState {
        let count = options.layers * options.directions
        return RecurrentState(
            hidden: Tensor.zeros([count, batch, options.stateSize], dtype: dtype),
            cell: options.kind == .lstm ? Tensor.zeros([count, batch, options.hiddenSize], dtype: dtype) : nil)
    }

    /// Outputs [time, batch, outputSize] and, where `wantsState`, the final state.
    func run(
        _ x: Tensor, _ state: RecurrentState?, _ lengths: [Int]?, wantsState: Bool
    ) -> (outputs: Tensor, state: RecurrentState?) {
        if let problem = problem(x, state, lengths) {
            // Who refuses is told by the parameter that was read last.
            _ = parameters[0][0].input.value
            let (time, batch) = (x.rank > 0 ? x.shape[0] : 1, x.rank > 1 ? x.shape[1] : 1)
            let stand = reject(options.name, problem, meant: [time, batch, outputSize], dtype)
            return (stand, initialState(batch: batch))
        }
        let order = lengths.flatMap { $0.isEmpty ? nil : BatchOrder($0) }
        let batch = x.shape[1]
        let plan = order?.plan ?? SequencePlan(steps: x.shape[0], batch: batch)
        let start = order.flatMap { order in state.map(order.sorted) } ?? state
        var rows = order?.packed(x) ?? x.reshaped([plan.rowCount, options.inputSize])
        var hidden: [Tensor] = []
        var cells: [Tensor] = []
        for (layer, directions) in parameters.enumerated() {
            if layer > 0 { rows = Dropout.drop(rows, options.dropout, rows.shape, options.name) }
            let depth = (layer * options.directions)..<((layer + 1) * options.directions)
            let (outputs, cell) = recurrence(
                options.kind, rows, plan, hidden: start?.hidden[depth], cell: start?.cell?[depth],
                directions.map(\.weights), wantsCell: wantsState)
            rows = outputs
            if wantsState { hidden.append(plan.lastHidden(outputs, directions: options.directions)) }
            if wantsState, let cell { cells.append(cell) }
        }
        let outputs =
            order?.unpacked(rows, steps: x.shape[0]) ?? rows.reshaped([x.shape[0], batch, outputSize])
        if !wantsState { return (outputs, nil) }
        let end = RecurrentState(
            hidden: concatenate(hidden), cell: cells.isEmpty ? nil : concatenate(cells))
        return (outputs, order?.restored(end) ?? end)
    }

    /// What is wrong with the arguments, if anything is.
    private func problem(_ x: Tensor, _ state: RecurrentState?, _ lengths: [Int]?) -> String? {
        guard x.rank == 3, x.shape[2] == options.inputSize, x.dtype == dtype else {
            return "the input is \(x.summary), not \(dtype) [time, batch, \(options.inputSize)]"
        }
        let (time, batch) = (x.shape[0], x.shape[1])
        if time == 0 { return "the input is \(x.summary): a sequence has at least one step" }
        if let state {
            let expected = initialShapes(batch)
            guard state.hidden.shape == expected.hidden, state.hidden.dtype == dtype,
                state.cell?.shape == expected.cell, state.cell.map({ $0.dtype == dtype }) ?? true
            else {
                let cells = (
                    state.cell.map { " and cell \($0.summary)" } ?? "", expected.cell.map { " and \($0)" } ?? ""
                )
                return
                    "the state is hidden \(state.hidden.summary)\(cells.0): for a batch of \(batch) it must be \(dtype) \(expected.hidden)\(cells.1)"
            }
        }
        guard let lengths else { return nil }
        guard lengths.count == batch else {
            return "there are \(lengths.count) lengths for a batch of \(batch): one a sequence is wanted"
        }
        if let index = lengths.firstIndex(where: { !(1...time).contains($0) }) {
            return "the length \(lengths[index]) of sequence \(index) is not within 1...\(time), the input's steps"
        }
        return nil
    }

    private func initialShapes(_ batch: Int) -> (hidden: Shape, cell: Shape?) {
        let count = options.layers * options.directions
        return ([count, batch, options.stateSize], options.kind == .lstm ? [count, batch, options.hiddenSize] : nil)
    }
}
