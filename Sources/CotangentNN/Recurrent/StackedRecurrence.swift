import CotangentTensor

/// A layer that is a ``RecurrentStack`` under a name of its own.
protocol StackedRecurrence: RecurrentLayer {
    var recurrentStack: RecurrentStack { get }
}

extension StackedRecurrence {
    public var inputSize: Int { recurrentStack.options.inputSize }
    public var hiddenSize: Int { recurrentStack.options.hiddenSize }
    public var outputSize: Int { recurrentStack.outputSize }
    public var layers: Int { recurrentStack.options.layers }
    public var isBidirectional: Bool { recurrentStack.options.isBidirectional }
    public func initialState(batch: Int) -> RecurrentState { recurrentStack.initialState(batch: batch) }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        observed(recurrentStack.run(x, nil, nil, wantsState: false).outputs)
    }

    public func callAsFunction(
        _ x: Tensor, state: RecurrentState?, lengths: [Int]?
    ) -> (outputs: Tensor, state: RecurrentState) {
        let (outputs, end) = recurrentStack.run(x, state, lengths, wantsState: true)
        return (observed(outputs), end!)
    }
}

extension RecurrentStack {
    /// "LSTM(64 → 128, 2 layers, bidirectional)"
    var summaryName: String {
        var parts = ["\(options.inputSize) → \(options.hiddenSize)"]
        if let projection = options.projectionSize { parts.append("projected to \(projection)") }
        if options.layers > 1 { parts.append("\(options.layers) layers") }
        if options.isBidirectional { parts.append("bidirectional") }
        return "\(options.name)(\(parts.joined(separator: ", ")))"
    }
}
