import CotangentTensor

/// One step of a recurrent network: ``RNNCell``, ``LSTMCell``, ``GRUCell``, or one of your own. The loop over time is the
/// caller's; ``RNN``, ``LSTM`` and ``GRU`` run whole sequences faster.
///
/// ```swift
/// var state = cell.initialState(batch: 32)
/// for x in inputs { state = cell(x, state: state) }   // x [batch, inputSize]
/// ```
public protocol RecurrentCell: Module {
    var inputSize: Int { get }
    var hiddenSize: Int { get }
    /// x [batch, inputSize], state [batch, hiddenSize] (zeros where nil) → the state behind the step.
    func callAsFunction(_ x: Tensor, state: RecurrentState?) -> RecurrentState
    func initialState(batch: Int) -> RecurrentState
}

extension RecurrentCell {
    public func callAsFunction(_ x: Tensor) -> RecurrentState { self(x, state: nil) }
}

/// What the cells consist of. They are layers of one step.
struct CellCore: Sendable {
    let options: RecurrentOptions
    let parameters: RecurrentParameters

    init(
        _ options: RecurrentOptions, _ initializer: RecurrentInitializer, dtype: DType,
        using generator: inout PhiloxGenerator
    ) {
        options.check()
        self.options = options
        parameters = RecurrentParameters(
            options, inputSize: options.inputSize, initializer, dtype: dtype, using: &generator)
    }
}

protocol SingleCell: RecurrentCell, ModuleContainer, DescribedModule {
    var core: CellCore { get }
}

extension SingleCell {
    private var options: RecurrentOptions { core.options }
    private var parameters: RecurrentParameters { core.parameters }

    public var inputSize: Int { options.inputSize }
    public var hiddenSize: Int { options.hiddenSize }

    public func initialState(batch: Int) -> RecurrentState {
        let zeros = Tensor.zeros([batch, hiddenSize], dtype: parameters.input.dtype)
        return RecurrentState(hidden: zeros, cell: options.kind == .lstm ? zeros : nil)
    }

    public func callAsFunction(_ x: Tensor, state: RecurrentState?) -> RecurrentState {
        let dtype = parameters.input.dtype
        let batch = x.rank == 2 ? x.shape[0] : 1
        let expected: Shape = [batch, hiddenSize]
        let cells = state?.cell
        guard x.rank == 2, x.shape[1] == inputSize, x.dtype == dtype,
            state.map({ $0.hidden.shape == expected && $0.hidden.dtype == dtype }) ?? true,
            state == nil || (options.kind == .lstm) == (cells != nil),
            cells.map({ $0.shape == expected && $0.dtype == dtype }) ?? true
        else {
            // Who refuses is told by the parameter that was read last.
            _ = parameters.input.value
            let cell = cells.map { ", its cell \($0.summary)" } ?? ""
            let stand = reject(
                options.name,
                "the input is \(x.summary), the state \(state?.hidden.summary ?? "absent")\(cell): they must be \(dtype) [batch, \(inputSize)] and [batch, \(hiddenSize)]",
                meant: expected, dtype)
            return RecurrentState(hidden: stand, cell: options.kind == .lstm ? stand : nil)
        }
        let (hidden, cell) = recurrence(
            options.kind, x, SequencePlan(steps: 1, batch: batch), hidden: state?.hidden.expandingAxis(0),
            cell: cells?.expandingAxis(0), [parameters.weights], wantsCell: true)
        return RecurrentState(hidden: hidden, cell: cell?.squeezed(axes: [0]))
    }

    package var namedChildren: [(name: String, child: Any)] { parameters.named("") }
    package var summaryName: String { "\(options.name)(\(inputSize) → \(hiddenSize))" }
}

/// One step of an ``RNN``, with PyTorch's names: `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`.
public struct RNNCell: SingleCell {
    let core: CellCore

    public init(
        _ inputSize: Int, _ hiddenSize: Int, activation: RNNActivation = .tanh, bias: Bool = true,
        initializer: RecurrentInitializer = RecurrentInitializer(), dtype: DType = .float32,
        using generator: inout PhiloxGenerator
    ) {
        core = CellCore(
            RecurrentOptions(
                name: "RNNCell", kind: .rnn(activation), inputSize: inputSize, hiddenSize: hiddenSize, bias: bias),
            initializer, dtype: dtype, using: &generator)
    }
}

/// One step of an ``LSTM``, with PyTorch's names: `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`.
public struct LSTMCell: SingleCell {
    let core: CellCore

    public init(
        _ inputSize: Int, _ hiddenSize: Int, bias: Bool = true,
        initializer: RecurrentInitializer = RecurrentInitializer(), dtype: DType = .float32,
        using generator: inout PhiloxGenerator
    ) {
        core = CellCore(
            RecurrentOptions(
                name: "LSTMCell", kind: .lstm, inputSize: inputSize, hiddenSize: hiddenSize, bias: bias),
            initializer, dtype: dtype, using: &generator)
    }
}

/// One step of a ``GRU``, with PyTorch's names: `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`.
public struct GRUCell: SingleCell {
    let core: CellCore

    public init(
        _ inputSize: Int, _ hiddenSize: Int, reset: GRUReset = .afterProduct, bias: Bool = true,
        initializer: RecurrentInitializer = RecurrentInitializer(), dtype: DType = .float32,
        using generator: inout PhiloxGenerator
    ) {
        core = CellCore(
            RecurrentOptions(
                name: "GRUCell", kind: .gru(reset), inputSize: inputSize, hiddenSize: hiddenSize, bias: bias),
            initializer, dtype: dtype, using: &generator)
    }
}
