/// Where a step's gates stand in a row of the fused form's memory.
///
/// An RNN has one column of units, an LSTM its four gates in the weights' order. A GRU has four: the candidate's W x + b
/// comes first, and its U h last, so that r, z and U h, which U gives, are neighbours, and so are the candidate, r and
/// z, which W gives.
struct GateColumns {
    let count: Int
    /// The first column that U's product goes to.
    let recurrentStart: Int
    /// Rows of W and the columns that their product goes to.
    let inputs: [(rows: Range<Int>, column: Int)]

    init(_ kind: RecurrentKind, hidden: Int) {
        switch kind {
        case .rnn: (count, recurrentStart, inputs) = (hidden, 0, [(0..<hidden, 0)])
        case .lstm: (count, recurrentStart, inputs) = (4 * hidden, 0, [(0..<(4 * hidden), 0)])
        case .gru:
            (count, recurrentStart) = (4 * hidden, hidden)
            inputs = [(0..<(2 * hidden), hidden), ((2 * hidden)..<(3 * hidden), 0)]
        }
    }
}
