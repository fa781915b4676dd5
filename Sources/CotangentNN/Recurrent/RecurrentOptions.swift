import CotangentTensor

/// How a recurrent layer's parameters begin.
///
/// By default all are uniform in ±1/√hiddenSize, as in PyTorch.
public struct RecurrentInitializer: Sendable {
    /// Of W, [gates · hidden, input].
    public var input: Initializer?
    /// Of each gate's own U, [hidden, output].
    public var recurrent: Initializer?
    /// Of the biases.
    public var bias: Initializer?
    /// What the biases of an LSTM's forget gate add up to: 1 keeps the cell's content from the start (Gers, Schmidhuber,
    /// Cummins, 2000; Jozefowicz, Zaremba, Sutskever, 2015).
    public var forgetBias: Double?

    public init(
        input: Initializer? = nil, recurrent: Initializer? = nil, bias: Initializer? = nil, forgetBias: Double? = nil
    ) {
        self.input = input
        self.recurrent = recurrent
        self.bias = bias
        self.forgetBias = forgetBias
    }

    /// For long sequences: Glorot's uniform W, an orthogonal U for each gate, whose repeated product neither grows nor
    /// vanishes (Saxe, McClelland, Ganguli, 2014), biases of 0 and a forget gate's of 1. Keras' default.
    public static var orthogonal: RecurrentInitializer {
        RecurrentInitializer(input: .glorotUniform(), recurrent: .orthogonal(), bias: .zeros, forgetBias: 1)
    }
}

/// The sizes and choices that recurrent layers share.
struct RecurrentOptions: Sendable {
    /// The layer's name in messages.
    let name: String
    let kind: RecurrentKind
    let inputSize: Int
    let hiddenSize: Int
    var projectionSize: Int?
    var layers = 1
    var bias = true
    /// The rate between layers.
    var dropout = 0.0
    var isBidirectional = false

    var directions: Int { isBidirectional ? 2 : 1 }
    /// Features of the output in one direction.
    var stateSize: Int { projectionSize ?? hiddenSize }

    func check() {
        guard inputSize > 0, hiddenSize > 0, layers > 0 else {
            fail(name, "sizes \(inputSize) → \(hiddenSize) with \(layers) layers: all must be positive")
        }
        if let projectionSize, !(1..<hiddenSize).contains(projectionSize) {
            fail(name, "a projection to \(projectionSize) of \(hiddenSize) must be within 1..<\(hiddenSize)")
        }
        Dropout.check(dropout, name)
    }
}

/// The parameters of one layer in one direction, under PyTorch's names.
struct RecurrentParameters: Sendable {
    let input, recurrent: Parameter
    let inputBias, recurrentBias: Parameter?
    let projection: Parameter?

    /// New ones for inputs of `inputSize`.
    init(
        _ options: RecurrentOptions, inputSize: Int, _ initializer: RecurrentInitializer, dtype: DType,
        using generator: inout PhiloxGenerator
    ) {
        let (gates, hidden, output) = (options.kind.gates, options.hiddenSize, options.stateSize)
        let bound = 1 / Double(hidden).squareRoot()
        let uniform = Initializer.uniform(-bound...bound)
        func parameter(_ shape: Shape, _ initializer: Initializer?) -> Parameter {
            Parameter((initializer ?? uniform)(shape, dtype: dtype, using: &generator))
        }
        input = parameter([gates * hidden, inputSize], initializer.input)
        if let each = initializer.recurrent {
            recurrent = Parameter(
                concatenate((0..<gates).map { _ in each([hidden, output], dtype: dtype, using: &generator) }))
        } else {
            recurrent = parameter([gates * hidden, output], nil)
        }
        inputBias = options.bias ? parameter([gates * hidden], initializer.bias) : nil
        recurrentBias = options.bias ? parameter([gates * hidden], initializer.bias) : nil
        projection = options.projectionSize.map { parameter([$0, hidden], nil) }
        if let forgetBias = initializer.forgetBias, options.kind == .lstm {
            inputBias?.update { $0[hidden..<(2 * hidden)] = Tensor.full([hidden], forgetBias, dtype: dtype) }
            recurrentBias?.update { $0[hidden..<(2 * hidden)] = Tensor.zeros([hidden], dtype: dtype) }
        }
    }

    var weights: RecurrentWeights {
        RecurrentWeights(
            input: input.value, recurrent: recurrent.value, inputBias: inputBias?.value,
            recurrentBias: recurrentBias?.value, projection: projection?.value)
    }

    /// `suffix` names layer and direction: "_l0", "_l0_reverse", or nothing for a cell.
    func named(_ suffix: String) -> [(name: String, child: Any)] {
        var children: [(name: String, child: Any)] = [("weight_ih" + suffix, input), ("weight_hh" + suffix, recurrent)]
        if let inputBias, let recurrentBias {
            children += [("bias_ih" + suffix, inputBias), ("bias_hh" + suffix, recurrentBias)]
        }
        if let projection { children.append(("weight_hr" + suffix, projection)) }
        return children
    }
}
