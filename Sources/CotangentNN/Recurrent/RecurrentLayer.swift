import CotangentTensor

/// What a recurrent network carries from one step to the next, for a batch of sequences.
///
/// Of a layer it holds all depths and directions, as PyTorch orders them (depth 0 forward, depth 0 backward, depth 1 …);
/// of a cell there is no first axis.
public struct RecurrentState: Sendable {
    /// h, [layers · directions, batch, output]; of a cell [batch, output].
    public var hidden: Tensor
    /// An LSTM's c, [layers · directions, batch, hidden]; of a cell [batch, hidden]. nil for others.
    public var cell: Tensor?

    public init(hidden: Tensor, cell: Tensor? = nil) {
        self.hidden = hidden
        self.cell = cell
    }

    /// The same state as plain values: gradients end here. Between two windows of a long stream that makes truncated
    /// backpropagation through time (Williams and Peng, 1990).
    public var detached: RecurrentState { RecurrentState(hidden: hidden.detached, cell: cell?.detached) }

    /// The state of the sequences at `rows` of the batch, in that order; a row may be taken several times.
    public func selecting(_ rows: [Int]) -> RecurrentState {
        let rows = Tensor(rows)
        return RecurrentState(
            hidden: gather(hidden, rows, axis: hidden.rank - 2),
            cell: cell.map { gather($0, rows, axis: $0.rank - 2) })
    }
}

/// A recurrent network over whole sequences: ``RNN``, ``LSTM``, ``GRU``, or one of your own.
///
/// Sequences are [time, batch, features]. Called like any layer, with one tensor, it begins with a state of zeros and gives
/// the outputs of the deepest layer at all steps.
///
/// ```swift
/// let lstm = LSTM(64, 128, layers: 2, using: &generator)
/// let y = lstm(x)                                                    // [time, batch, 128]
/// let (outputs, state) = lstm(x, state: previous, lengths: [5, 3])   // the third step of sequence 1 is its last
/// ```
public protocol RecurrentLayer: Layer {
    var inputSize: Int { get }
    var hiddenSize: Int { get }
    /// How many features the outputs have, over both directions.
    var outputSize: Int { get }
    var layers: Int { get }
    var isBidirectional: Bool { get }

    /// Outputs [time, batch, outputSize], and the state behind each sequence's last step (its first, where it is read
    /// backward).
    ///
    /// - Parameters:
    ///   - x: [time, batch, inputSize] with at least one step; the batch may be empty.
    ///   - state: where the sequences begin; zeros by default.
    ///   - lengths: how many steps of each sequence count, within 1...time; all by default. Steps beyond are neither
    ///     computed nor do they get a gradient, and their outputs are 0.
    func callAsFunction(
        _ x: Tensor, state: RecurrentState?, lengths: [Int]?
    ) -> (outputs: Tensor, state: RecurrentState)

    /// A state of zeros for a batch of sequences.
    func initialState(batch: Int) -> RecurrentState
}

extension RecurrentLayer {
    public func callAsFunction(_ x: Tensor, state: RecurrentState?) -> (outputs: Tensor, state: RecurrentState) {
        self(x, state: state, lengths: nil)
    }

    public func callAsFunction(_ x: Tensor, lengths: [Int]?) -> (outputs: Tensor, state: RecurrentState) {
        self(x, state: nil, lengths: lengths)
    }

    /// One step of a stream: x [batch, inputSize] → output [batch, outputSize] and the state for the next step.
    ///
    /// A network that reads in both directions cannot run step by step, and traps.
    public func step(_ x: Tensor, state: RecurrentState?) -> (output: Tensor, state: RecurrentState) {
        if isBidirectional { fail("step", "a bidirectional network needs the whole sequence") }
        let (outputs, state) = self(x.expandingAxis(0), state: state, lengths: nil)
        return (outputs.squeezed(axes: [0]), state)
    }
}
